package dev.beamals.ids;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;

/** The hash functions that decide blocks, splits, seeds and duplicates: part of the format. */
public final class Hashes {
  /** 2⁶⁴ over the golden ratio, odd: the step of SplitMix64's sequence. */
  public static final long GAMMA = 0x9E3779B97F4A7C15L;

  private static final Hasher64 HASHER = Hashing.komihash5_0();

  private Hashes() {}

  public static long of(byte[] bytes, int from, int length) {
    return HASHER.hashBytesToLong(bytes, from, length);
  }

  public static long of(String string) {
    return HASHER.hashCharsToLong(string);
  }

  /**
   * The hash {@link #of(String)} of a text.
   *
   * @param utf8 where its bytes are
   */
  static long ofUtf8(byte[] utf8, int from, int length) {
    // The hash of a string is that of its chars, two bytes each, the lower first.
    byte[] chars = new byte[2 * length];
    for (int i = 0; i < length; i++) {
      byte b = utf8[from + i];
      if (b < 0) {
        return of(new String(utf8, from, length, StandardCharsets.UTF_8));
      }
      chars[2 * i] = b;
    }
    return of(chars, 0, chars.length);
  }

  /** Finalizer of SplitMix64 (Steele, Lea and Flood 2014): every bit depends on every bit. */
  public static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** A hash of an int: 0 does not become 0. */
  public static long of(int value) {
    return mix(GAMMA * (value + 1L));
  }

  /** A double in [0, 1) from the high 53 bits of a hash. */
  public static double unit(long hash) {
    return (hash >>> 11) * 0x1.0p-53;
  }
}
