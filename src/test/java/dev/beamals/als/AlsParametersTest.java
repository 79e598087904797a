package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AlsParametersTest {
  @Test
  void defaultsAreThoseOfMllib() {
    assertEquals(
        Map.of("rank", 10, "maxIter", 10, "regParam", 0.1, "seed", 0L),
        AlsParameters.create().toMap());
  }

  @Test
  void aMapOfAllParametersMakesTheSameAgain() {
    AlsParameters parameters =
        AlsParameters.create().withRank(7).withMaxIter(3).withRegParam(0.5).withSeed(1L << 60);
    AlsParameters again = AlsParameters.create();
    for (Map.Entry<String, Object> parameter : parameters.toMap().entrySet()) {
      again = again.with(parameter.getKey(), parameter.getValue());
    }
    assertEquals(parameters, again);
    assertEquals(List.of("rank", "maxIter", "regParam", "seed"), AlsParameters.names());
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
        "lambda   | 1     | lambda: no such parameter; expected one of rank, maxIter, regParam, seed",
      })
  void whatIsOutOfRangeIsNamed(String name, double value, String message) {
    IllegalArgumentException failure =
        assertThrows(
            IllegalArgumentException.class, () -> AlsParameters.create().with(name, value));
    assertEquals(message, failure.getMessage());
  }

  @Test
  void textIsNoNumber() {
    IllegalArgumentException failure =
        assertThrows(
            IllegalArgumentException.class, () -> AlsParameters.create().with("rank", "ten"));
    assertEquals("rank=ten: expected a number", failure.getMessage());
  }
}
