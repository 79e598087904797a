package dev.beamals.ids;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.beam.sdk.coders.Coder;

/** What every coder has to keep to. */
public final class CoderContract {
  private CoderContract() {}

  public static <T> byte[] encode(Coder<T> coder, T value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    coder.encode(value, out);
    return out.toByteArray();
  }

  /**
   * Encodes, decodes, and returns what was decoded for further checks.
   *
   * <p>Equal values give equal bytes, a value reads its own bytes and none of the next, and a
   * stream that ends early is an exception wherever it ends.
   */
  public static <T> T check(Coder<T> coder, T value) throws Exception {
    coder.verifyDeterministic();
    byte[] bytes = encode(coder, value);
    T decoded = coder.decode(new ByteArrayInputStream(bytes));
    assertArrayEquals(bytes, encode(coder, decoded), "bytes of the decoded value");

    byte[] twice = Arrays.copyOf(bytes, 2 * bytes.length);
    System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
    ByteArrayInputStream both = new ByteArrayInputStream(twice);
    coder.decode(both);
    assertEquals(bytes.length, both.available(), "bytes left for the next value");
    assertArrayEquals(bytes, encode(coder, coder.decode(both)), "bytes of the next value");

    int step = Math.max(1, bytes.length / 1000);
    for (int length = 0; length < bytes.length; length += step) {
      ByteArrayInputStream cut = new ByteArrayInputStream(bytes, 0, length);
      assertThrows(Exception.class, () -> coder.decode(cut), "cut at " + length);
    }
    ByteArrayInputStream lastByteMissing = new ByteArrayInputStream(bytes, 0, bytes.length - 1);
    assertThrows(Exception.class, () -> coder.decode(lastByteMissing));
    return decoded;
  }
}
