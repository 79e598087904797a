package dev.beamals.evaluation;

/**
 * What the first k places of a user's list are worth, where some items are relevant to the user.
 *
 * <p>A hit is a place with a relevant item; rel is how many relevant items the user has, and at
 * least 1. A list may be shorter than k: the places that it has not are no hits, and no denominator
 * is smaller for it.
 *
 * <p>Sources: Rendle, Krichene, Zhang and Anderson, "Neural Collaborative Filtering vs. Matrix
 * Factorization Revisited", 2020, and Liang, Krishnan, Hoffman and Jebara, "Variational
 * Autoencoders for Collaborative Filtering", 2018 (recall that is capped); Järvelin and Kekäläinen,
 * "Cumulated gain-based evaluation of IR techniques", 2002 (nDCG).
 */
public enum RankingMetric {
  /** {@code hits / k}. */
  precision {
    @Override
    double judge(int hits, boolean[] hit, int relevant, int k) {
      return (double) hits / k;
    }
  },

  /** {@code hits / rel}; at most k / rel. */
  recall {
    @Override
    double judge(int hits, boolean[] hit, int relevant, int k) {
      return (double) hits / relevant;
    }
  },

  /** {@code hits / min(k, rel)}: 1 where k relevant items are on the list. */
  cappedRecall {
    @Override
    double judge(int hits, boolean[] hit, int relevant, int k) {
      return (double) hits / Math.min(k, relevant);
    }
  },

  /** 1 where there is a hit, else 0. */
  hitRate {
    @Override
    double judge(int hits, boolean[] hit, int relevant, int k) {
      return hits > 0 ? 1 : 0;
    }
  },

  /** Average precision: {@code Σ over hits at place p of (hits up to p) / p, / min(k, rel)}. */
  map {
    @Override
    double judge(int hits, boolean[] hit, int relevant, int k) {
      double sum = 0;
      int sofar = 0;
      for (int p = 0; p < Math.min(k, hit.length); p++) {
        if (hit[p]) {
          sofar++;
          sum += (double) sofar / (p + 1);
        }
      }
      return sum / Math.min(k, relevant);
    }
  },

  /**
   * Normalized discounted cumulative gain, of gains 0 and 1: {@code Σ over hits at place p of 1 /
   * log2(p + 1)}, divided by the same sum over the places 1 to {@code min(k, rel)}.
   */
  ndcg {
    @Override
    double judge(int hits, boolean[] hit, int relevant, int k) {
      double gain = 0;
      for (int p = 0; p < Math.min(k, hit.length); p++) {
        gain += hit[p] ? discount(p) : 0;
      }
      double ideal = 0;
      for (int p = 0; p < Math.min(k, relevant); p++) {
        ideal += discount(p);
      }
      return gain / ideal;
    }
  },

  /** Reciprocal rank: {@code 1 / p} where the first hit is at place p, 0 where there is none. */
  mrr {
    @Override
    double judge(int hits, boolean[] hit, int relevant, int k) {
      for (int p = 0; p < Math.min(k, hit.length); p++) {
        if (hit[p]) {
          return 1.0 / (p + 1);
        }
      }
      return 0;
    }
  };

  private static final double LOG_2 = StrictMath.log(2);

  /** Those of the places that most lists have: to compute one takes longer than all else. */
  private static final double[] DISCOUNTS = new double[256];

  static {
    for (int p = 0; p < DISCOUNTS.length; p++) {
      DISCOUNTS[p] = computeDiscount(p);
    }
  }

  /**
   * Judges a list.
   *
   * @param hit for each place of the list whether its item is relevant; may have more places than
   *     k, or fewer
   * @param relevant how many relevant items there are, at least 1
   * @param k at least 1
   * @return from 0 to 1
   */
  public double judge(boolean[] hit, int relevant, int k) {
    if (k < 1 || relevant < 1) {
      throw new IllegalArgumentException(
          "k=" + k + ", relevant=" + relevant + ": expected at least 1");
    }
    int hits = 0;
    for (int p = 0; p < Math.min(k, hit.length); p++) {
      hits += hit[p] ? 1 : 0;
    }
    return judge(hits, hit, relevant, k);
  }

  abstract double judge(int hits, boolean[] hit, int relevant, int k);

  /** That of the place with so many before it, by an algorithm that gives the same bits always. */
  private static double discount(int before) {
    return before < DISCOUNTS.length ? DISCOUNTS[before] : computeDiscount(before);
  }

  private static double computeDiscount(int before) {
    return LOG_2 / StrictMath.log(before + 2);
  }
}
