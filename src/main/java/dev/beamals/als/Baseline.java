package dev.beamals.als;

import java.io.Serializable;

/**
 * Predicts the rating of a pair that has no factors for its user or its item: the mean, and the
 * bias that is known.
 */
public final class Baseline implements Serializable {
  private static final long serialVersionUID = 1L;
  private final int rank;
  private final boolean biases;

  private Baseline(int rank, boolean biases) {
    this.rank = rank;
    this.biases = biases;
  }

  /**
   * @throws IllegalArgumentException if the model has neither a mean nor biases
   */
  public static Baseline of(AlsModel model) {
    AlsParameters parameters = model.parameters();
    if (parameters == null || parameters.columns() == parameters.rank()) {
      throw new IllegalArgumentException(
          "a baseline needs a model with biases or center; this one has neither");
    }
    return new Baseline(parameters.rank(), parameters.biases());
  }

  /**
   * @param mean of the ratings
   * @param x where the numbers of the user are, from {@code userAt} on, if it is known
   * @param y the same of the item
   */
  public float predict(
      double mean,
      float[] x,
      int userAt,
      boolean userKnown,
      float[] y,
      int itemAt,
      boolean itemKnown) {
    double known = userKnown ? x[userAt + rank] : mean;
    return (float) (known + (itemKnown && biases ? y[itemAt + rank + 1] : 0));
  }
}
