package dev.beamals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.beamals.ids.CoderContract;
import org.junit.jupiter.api.Test;

final class NumbersCoderTest {
  private record Inner(double share, long rows) {}

  private record Outer(long first, Inner inner, double last) {}

  private record Other(long first, String text) {}

  @Test
  void everyNumberComesBackWhereItWas() throws Exception {
    NumbersCoder<Outer> coder = NumbersCoder.of(Outer.class);
    for (Outer outer :
        new Outer[] {
          new Outer(1L << 40, new Inner(Double.NaN, -3), 0.5),
          new Outer(0, new Inner(-0.0, Long.MIN_VALUE), Double.MIN_VALUE)
        }) {
      assertEquals(outer, CoderContract.check(coder, outer));
    }
  }

  @Test
  void anythingElseIsRefused() {
    assertThrows(ClassCastException.class, () -> NumbersCoder.of(Other.class));
  }

  @Test
  void oneThingIsSingular() {
    assertEquals("1 row", Words.count(1, "row"));
    assertEquals("0 rows", Words.count(0, "row"));
    assertEquals("1,000 rows", Words.count(1000, "row"));
  }
}
