/** Alternating least squares as a fixed number of unrolled Beam stages. */
@NullMarked
package dev.beamals.als;

import org.jspecify.annotations.NullMarked;
