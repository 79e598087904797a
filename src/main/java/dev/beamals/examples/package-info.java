/** How another Beam pipeline uses beam-als as a library. */
@NullMarked
package dev.beamals.examples;

import org.jspecify.annotations.NullMarked;
