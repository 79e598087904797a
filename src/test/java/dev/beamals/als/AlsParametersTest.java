package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.Side;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class AlsParametersTest {
  @Test
  void defaultsAreThoseOfMllib() {
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("rank", 10);
    expected.put("maxIter", 10);
    expected.put("regParam", 0.1);
    expected.put("seed", 0L);
    expected.put("implicitPrefs", false);
    expected.put("alpha", 1.0);
    expected.put("nonnegative", false);
    expected.put("regScaling", "ratings"); // what MLlib does
    expected.put("biases", false); // what it has not
    expected.put("center", false);
    expected.put("tolerance", 0.0);
    expected.put("solver", "cholesky");
    expected.put("cgSteps", 3);
    assertEquals(expected, AlsParameters.create().toMap());
  }

  @Test
  void aMapOfAllParametersMakesTheSameAgain() {
    AlsParameters parameters =
        AlsParameters.create()
            .withRank(7)
            .withMaxIter(3)
            .withRegParam(0.5)
            .withSeed(1L << 60)
            .withImplicitPrefs(true)
            .withAlpha(40)
            .withNonnegative(true)
            .withRegScaling(AlsParameters.RegScaling.weights)
            .withUserRegParam(0.25)
            .withItemRegParam(0.0)
            .withBiases(true)
            .withCenter(true)
            .withBiasRegParam(2.0)
            .withTolerance(1e-3)
            .withSolver(AlsParameters.Solver.cg)
            .withCgSteps(5);
    AlsParameters again = AlsParameters.create();
    for (Map.Entry<String, Object> parameter : parameters.toMap().entrySet()) {
      again = again.with(parameter.getKey(), parameter.getValue());
    }
    assertEquals(parameters, again);
    assertEquals(AlsParameters.names(), new ArrayList<>(parameters.toMap().keySet()));
  }

  @Test
  void aSideHasItsOwnRegParamOrThatOfBoth() {
    AlsParameters parameters = AlsParameters.create().withRegParam(0.5).withUserRegParam(0.25);
    assertEquals(0.25, parameters.regParam(Side.USER));
    assertEquals(0.5, parameters.regParam(Side.ITEM));
    assertEquals(0.5, parameters.withUserRegParam(null).regParam(Side.USER));
  }

  @Test
  void columnsAreFactorsAndWhatIsBesideThem() {
    AlsParameters plain = AlsParameters.create().withRank(8);
    assertEquals(8, plain.columns());
    assertEquals(9, plain.withCenter(true).columns());
    assertEquals(10, plain.withBiases(true).columns());
    assertEquals(10, plain.withBiases(true).withCenter(true).columns());
  }

  static Stream<Arguments> mismatches() {
    AlsParameters plain = AlsParameters.create();
    return Stream.of(
        Arguments.of(plain.withImplicitPrefs(true).withBiases(true), "implicitPrefs with biases"),
        Arguments.of(plain.withImplicitPrefs(true).withCenter(true), "implicitPrefs with center"),
        Arguments.of(plain.withNonnegative(true).withBiases(true), "nonnegative with biases"),
        Arguments.of(plain.withNonnegative(true).withCenter(true), "nonnegative with center"),
        Arguments.of(
            plain.withNonnegative(true).withSolver(AlsParameters.Solver.cg),
            "nonnegative with solver=cg"),
        Arguments.of(plain.withBiasRegParam(0.1), "biasRegParam=0.1: expected with biases"),
        Arguments.of(
            plain.withBiases(true).withBiasRegParam(0.1).withItemRegParam(0.0),
            "biasRegParam=0.1: expected with a regParam above 0"),
        Arguments.of(plain.withBiases(true).withRank(512), "rank=512: expected 1 to 511"));
  }

  @ParameterizedTest
  @MethodSource("mismatches")
  void whatDoesNotFitTogetherIsNamed(AlsParameters parameters, String message) {
    IllegalArgumentException failure =
        assertThrows(IllegalArgumentException.class, parameters::checkTogether);
    assertTrue(String.valueOf(failure.getMessage()).startsWith(message), failure.getMessage());
  }

  @Test
  void goodParametersFitTogether() {
    AlsParameters plain = AlsParameters.create();
    for (AlsParameters parameters :
        List.of(
            plain,
            plain.withImplicitPrefs(true).withNonnegative(true),
            plain.withBiases(true).withCenter(true).withBiasRegParam(0.2))) {
      assertEquals(parameters, parameters.checkTogether());
    }
  }

  @Test
  void aTrainingGoesOnFromOneOfTheSameMode() {
    AlsParameters mine = AlsParameters.create().withRank(4).withCenter(true);
    mine.checkInitial(mine.withRegParam(3).withMaxIter(50).withSeed(9), 5);
    mine.checkInitial(null, 5);
    for (AlsParameters other :
        List.of(
            mine.withRank(5),
            mine.withCenter(false),
            mine.withBiases(true),
            mine.withImplicitPrefs(true),
            mine.withNonnegative(true))) {
      assertThrows(IllegalArgumentException.class, () -> mine.checkInitial(other, other.columns()));
    }
    IllegalArgumentException failure =
        assertThrows(IllegalArgumentException.class, () -> mine.checkInitial(null, 4));
    assertEquals("has 4 numbers of an id; expected 5 as rank=4", failure.getMessage());
  }

  @Test
  void numbersOfAnotherTypeAreTakenWithoutLoss() {
    AlsParameters parameters =
        AlsParameters.create().with("rank", 8L).with("regParam", 1).with("seed", -3);
    assertEquals(8, parameters.rank());
    assertEquals(1.0, parameters.regParam());
    assertEquals(-3, parameters.seed());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rank     | 0     | rank=0: expected 1 to 512",
        "rank     | 513   | rank=513: expected 1 to 512",
        "rank     | 1.5   | rank=1.5: expected a whole number",
        "rank     | 1e10  | rank=1.0E10: expected a whole number",
        "maxIter  | 0     | maxIter=0: expected 1 to 1000",
        "maxIter  | 1001  | maxIter=1001: expected 1 to 1000",
        "regParam | -1    | regParam=-1.0: expected a finite number of at least 0",
        "regParam | NaN   | regParam=NaN: expected a finite number of at least 0",
        "alpha    | 0     | alpha=0.0: expected a finite number above 0",
        "userRegParam | -1 | userRegParam=-1.0: expected a finite number of at least 0",
        "itemRegParam | -1 | itemRegParam=-1.0: expected a finite number of at least 0",
        "biasRegParam | 0 | biasRegParam=0.0: expected a finite number above 0",
        "tolerance | 1    | tolerance=1.0: expected a number from 0 to below 1",
        "biases   | 1     | biases=1.0: expected true or false",
        "regScaling | 1   | regScaling=1.0: expected one of [ratings, weights, none]",
        "solver   | 1     | solver=1.0: expected one of [cholesky, cg]",
        "cgSteps  | 0     | cgSteps=0: expected at least 1",
      })
  void whatIsOutOfRangeIsNamed(String name, double value, String message) {
    IllegalArgumentException failure =
        assertThrows(
            IllegalArgumentException.class, () -> AlsParameters.create().with(name, value));
    assertEquals(message, failure.getMessage());
  }

  @Test
  void whatIsNoParameterIsToldThoseThatAre() {
    IllegalArgumentException failure =
        assertThrows(
            IllegalArgumentException.class, () -> AlsParameters.create().with("lambda", 1));
    assertEquals(
        "lambda: no such parameter; expected one of " + String.join(", ", AlsParameters.names()),
        failure.getMessage());
  }

  @Test
  void textIsNoNumber() {
    IllegalArgumentException failure =
        assertThrows(
            IllegalArgumentException.class, () -> AlsParameters.create().with("rank", "ten"));
    assertEquals("rank=ten: expected a number", failure.getMessage());
  }
}
