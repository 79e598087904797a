/** How far predictions are from ratings, and what lists of recommended items are worth. */
@NullMarked
package dev.beamals.evaluation;

import org.jspecify.annotations.NullMarked;
