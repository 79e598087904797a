package dev.beamals.linalg;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel of {@link NeighbourProducts} in {@code jdk.incubator.vector}, written as {@link
 * VectorNormalEquations} is. Lanes run across the chains.
 */
final class VectorNeighbourProducts extends NeighbourProducts {
  private static final VectorSpecies<Float> SPECIES = VectorNormalEquations.widestSpecies();

  VectorNeighbourProducts(int rank) {
    super(rank);
  }

  @Override
  void multiply(float[] v) {
    for (int l = 0; l < LANES; l += SPECIES.length()) {
      multiply(panel, stride, v, l, chains);
    }
  }

  /** One vector of chains of each row. */
  private static void multiply(float[] panel, int stride, float[] v, int l, float[] chains) {
    FloatVector c0 = FloatVector.zero(SPECIES);
    FloatVector c1 = FloatVector.zero(SPECIES);
    FloatVector c2 = FloatVector.zero(SPECIES);
    FloatVector c3 = FloatVector.zero(SPECIES);
    FloatVector c4 = FloatVector.zero(SPECIES);
    FloatVector c5 = FloatVector.zero(SPECIES);
    FloatVector c6 = FloatVector.zero(SPECIES);
    FloatVector c7 = FloatVector.zero(SPECIES);
    for (int i = l; i < stride; i += LANES) {
      FloatVector vi = FloatVector.fromArray(SPECIES, v, i);
      c0 = FloatVector.fromArray(SPECIES, panel, i).fma(vi, c0);
      c1 = FloatVector.fromArray(SPECIES, panel, i + stride).fma(vi, c1);
      c2 = FloatVector.fromArray(SPECIES, panel, i + 2 * stride).fma(vi, c2);
      c3 = FloatVector.fromArray(SPECIES, panel, i + 3 * stride).fma(vi, c3);
      c4 = FloatVector.fromArray(SPECIES, panel, i + 4 * stride).fma(vi, c4);
      c5 = FloatVector.fromArray(SPECIES, panel, i + 5 * stride).fma(vi, c5);
      c6 = FloatVector.fromArray(SPECIES, panel, i + 6 * stride).fma(vi, c6);
      c7 = FloatVector.fromArray(SPECIES, panel, i + 7 * stride).fma(vi, c7);
    }
    c0.intoArray(chains, l);
    c1.intoArray(chains, l + LANES);
    c2.intoArray(chains, l + 2 * LANES);
    c3.intoArray(chains, l + 3 * LANES);
    c4.intoArray(chains, l + 4 * LANES);
    c5.intoArray(chains, l + 5 * LANES);
    c6.intoArray(chains, l + 6 * LANES);
    c7.intoArray(chains, l + 7 * LANES);
  }

  @Override
  void addRows() {
    addRows(panel, stride, coefficients, sum);
  }

  private static void addRows(float[] panel, int stride, float[] coefficients, float[] sum) {
    FloatVector c0 = FloatVector.broadcast(SPECIES, coefficients[0]);
    FloatVector c1 = FloatVector.broadcast(SPECIES, coefficients[1]);
    FloatVector c2 = FloatVector.broadcast(SPECIES, coefficients[2]);
    FloatVector c3 = FloatVector.broadcast(SPECIES, coefficients[3]);
    FloatVector c4 = FloatVector.broadcast(SPECIES, coefficients[4]);
    FloatVector c5 = FloatVector.broadcast(SPECIES, coefficients[5]);
    FloatVector c6 = FloatVector.broadcast(SPECIES, coefficients[6]);
    FloatVector c7 = FloatVector.broadcast(SPECIES, coefficients[7]);
    for (int i = 0; i < stride; i += SPECIES.length()) {
      FloatVector s = FloatVector.fromArray(SPECIES, sum, i);
      s = c0.fma(FloatVector.fromArray(SPECIES, panel, i), s);
      s = c1.fma(FloatVector.fromArray(SPECIES, panel, i + stride), s);
      s = c2.fma(FloatVector.fromArray(SPECIES, panel, i + 2 * stride), s);
      s = c3.fma(FloatVector.fromArray(SPECIES, panel, i + 3 * stride), s);
      s = c4.fma(FloatVector.fromArray(SPECIES, panel, i + 4 * stride), s);
      s = c5.fma(FloatVector.fromArray(SPECIES, panel, i + 5 * stride), s);
      s = c6.fma(FloatVector.fromArray(SPECIES, panel, i + 6 * stride), s);
      s = c7.fma(FloatVector.fromArray(SPECIES, panel, i + 7 * stride), s);
      s.intoArray(sum, i);
    }
  }
}
