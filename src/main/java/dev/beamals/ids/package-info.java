/** User and item ids: sorted sets of them, their hashes and their blocks. */
@NullMarked
package dev.beamals.ids;

import org.jspecify.annotations.NullMarked;
