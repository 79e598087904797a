/** From CSV files to clean ratings, with every row accounted for. */
@NullMarked
package dev.beamals.csv;

import org.jspecify.annotations.NullMarked;
