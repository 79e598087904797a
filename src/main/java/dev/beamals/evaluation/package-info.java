/** How far predictions are from ratings: MAE, RMSE, R² and coverage. */
@NullMarked
package dev.beamals.evaluation;

import org.jspecify.annotations.NullMarked;
