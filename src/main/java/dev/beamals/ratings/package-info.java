/** Reading, cleaning and splitting of ratings: from CSV bytes to batches of primitive columns. */
@NullMarked
package dev.beamals.ratings;

import org.jspecify.annotations.NullMarked;
