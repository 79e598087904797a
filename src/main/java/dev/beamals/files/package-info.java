/** Files and folders on the local disk and elsewhere, and tables in them. */
@NullMarked
package dev.beamals.files;

import org.jspecify.annotations.NullMarked;
