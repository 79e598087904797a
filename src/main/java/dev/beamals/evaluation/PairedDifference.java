package dev.beamals.evaluation;

/**
 * How much more a model has of a figure than another, of the same rows or users.
 *
 * @param mean that of the model less that of the other
 * @param standardError of the mean; NaN where there are less than two users
 */
public record PairedDifference(double mean, double standardError) {
  private static final int ERRORS = 2;

  /** Whether it is more than two standard errors from 0. */
  public boolean isShown() {
    return Math.abs(mean) > ERRORS * standardError;
  }
}
