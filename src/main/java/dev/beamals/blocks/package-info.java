/**
 * Ratings grouped by user and by item, and the factors that belong to them, as coarse blocks of
 * primitive arrays.
 */
@NullMarked
package dev.beamals.blocks;

import org.jspecify.annotations.NullMarked;
