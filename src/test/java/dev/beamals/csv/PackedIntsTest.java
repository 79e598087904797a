package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.apache.parquet.io.ParquetDecodingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers that Parquet's own writer packed. */
final class PackedIntsTest {
  private static ByteBuffer pack(int width, int[] numbers) throws IOException {
    RunLengthBitPackingHybridEncoder out =
        new RunLengthBitPackingHybridEncoder(width, 64, 1 << 16, new HeapByteBufferAllocator());
    for (int number : numbers) {
      out.writeInt(number);
    }
    return ByteBuffer.wrap(out.toBytes().toByteArray());
  }

  /** Runs of one number between numbers that all differ. */
  private static int[] numbers(int width, int size, Random random) {
    int[] numbers = new int[size];
    for (int i = 0; i < size; ) {
      boolean run = random.nextBoolean();
      int number = 0;
      for (int end = Math.min(size, i + 1 + random.nextInt(100)), first = i; i < end; i++) {
        number = run && i > first ? number : random.nextInt() & (int) ((1L << width) - 1);
        numbers[i] = number;
      }
    }
    return numbers;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 7, 8, 9, 15, 17, 24, 31, 32})
  void numbersComeBackHoweverManyAreReadAtATime(int width) throws IOException {
    Random random = new Random(width);
    int[] expected = numbers(width, 5000, random);
    PackedInts packed = new PackedInts(width, pack(width, expected));
    int[] read = new int[expected.length];
    for (int at = 0; at < read.length; ) {
      int n = Math.min(read.length - at, random.nextInt(700));
      packed.read(read, at, n);
      at += n;
    }
    assertArrayEquals(expected, read);
  }

  @Test
  void aRunOfOneNumberIsPassedInOneGo() throws IOException {
    int[] numbers = new int[1000];
    Arrays.fill(numbers, 0, 600, 1);
    PackedInts packed = new PackedInts(1, pack(1, numbers));
    assertTrue(packed.skip(1, 500));
    assertTrue(!packed.skip(1, 500), "they are not all the same");
    int[] read = new int[500];
    packed.read(read, 0, 500);
    assertEquals(100, Arrays.stream(read).sum(), "nothing was passed the second time");
  }

  @Test
  void theLastGroupMayEndWithItsNumbers() {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {3, 0x21}); // eight of four bits, two are there
    int[] read = new int[2];
    new PackedInts(4, bytes).read(read, 0, 2);
    assertArrayEquals(new int[] {1, 2}, read);
  }

  @Test
  void whatEndsEarlyIsRefused() {
    for (byte[] bytes : new byte[][] {{}, {8}, {3}, {(byte) 0x80}, {-1, -1, -1, -1, -1, -1}}) {
      PackedInts packed = new PackedInts(9, ByteBuffer.wrap(bytes));
      assertThrows(ParquetDecodingException.class, () -> packed.read(new int[4], 0, 4));
    }
    assertThrows(
        ParquetDecodingException.class, () -> new PackedInts(33, ByteBuffer.wrap(new byte[9])));
  }
}
