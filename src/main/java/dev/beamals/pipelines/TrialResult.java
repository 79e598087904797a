package dev.beamals.pipelines;

import dev.beamals.als.TrainingSummary;
import dev.beamals.evaluation.RankingMetrics;
import dev.beamals.evaluation.RatingMetrics;
import org.jspecify.annotations.Nullable;

/**
 * What came of a trial.
 *
 * @param failure why it failed, or null; the others are null where it did
 * @param summary how its training went
 * @param ratings its figures on the validation rows
 * @param ranking its figures of lists, where trials are compared by one of them
 */
record TrialResult(
    Trial trial,
    @Nullable String failure,
    @Nullable TrainingSummary summary,
    @Nullable RatingMetrics ratings,
    @Nullable RankingMetrics ranking) {

  static TrialResult failed(Trial trial, String failure) {
    return new TrialResult(trial, failure, null, null, null);
  }
}
