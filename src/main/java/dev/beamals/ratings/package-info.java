/** Ratings as elements and as batches of columns, and how they are split. */
@NullMarked
package dev.beamals.ratings;

import org.jspecify.annotations.NullMarked;
