package dev.beamals.als;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorFile;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which rows go where, and what becomes of the files. */
final class ShuffleExchangeTest {
  private static final int USERS = 1000;
  private static final int ITEM_BLOCKS = 7;

  @TempDir Path folder;

  /** User u has ratings for the items u and u + 1. */
  private static RatingBlock block() {
    Ids users = Ids.of(IntStream.range(0, USERS).toArray());
    Ids items = Ids.of(IntStream.range(0, USERS + 1).toArray());
    int[] user = IntStream.range(0, 2 * USERS).map(r -> r / 2).toArray();
    int[] item = IntStream.range(0, 2 * USERS).map(r -> r / 2 + r % 2).toArray();
    RatingBatch batch =
        new RatingBatch(users, items, user, item, new float[2 * USERS], new long[0]);
    return RatingBlock.group(List.of(batch), Side.USER, false);
  }

  @Test
  void aRowGoesToTheBlocksThatNeedItAndToNoOther() {
    RatingBlock block = block();
    FactorBlock factors = InitializeFactors.draw(block.src(), Side.USER, 3, 1);
    ShuffleExchange exchange = exchange(10);
    FactorFile file = requireNonNull(exchange.write(block, factors, Side.USER, 0));
    int sent = 0;
    for (int b = 0; b < ITEM_BLOCKS; b++) {
      Set<Integer> needed = new TreeSet<>();
      for (int i = 0; i <= USERS; i++) {
        if (Ids.of(i).block(0, ITEM_BLOCKS) == b) {
          Stream.of(i - 1, i).filter(u -> u >= 0 && u < USERS).forEach(needed::add);
        }
      }
      FactorBlock message = file.read(b);
      int[] ids = needed.stream().mapToInt(u -> u).toArray();
      assertEquals(Ids.of(ids), message.ids());
      for (int i = 0; i < ids.length; i++) {
        assertArrayEquals(
            Arrays.copyOfRange(factors.factors(), 3 * ids[i], 3 * ids[i] + 3),
            Arrays.copyOfRange(message.factors(), 3 * i, 3 * i + 3));
      }
      sent += ids.length;
    }
    assertTrue(sent <= 2 * USERS, "two items, so two blocks at most: " + sent);
  }

  /** One of four blocks of users with 1,001 items: factors of 5,001 ids at least. */
  @Test
  void smallFactorsTravelAsTheyAre() {
    RatingBlock block = block();
    FactorBlock factors = InitializeFactors.draw(block.src(), Side.USER, 3, 1);
    long bytes = 4L * 3 * (4 * USERS + USERS + 1);
    for (int step : new int[] {0, 2, 10}) {
      for (long above : new long[] {bytes - 1, bytes}) {
        ShuffleExchange exchange = new ShuffleExchange(folder + "/", above, 4, 2, 10, false);
        assertEquals(above == bytes, exchange.write(block, factors, Side.USER, step) == null);
      }
    }
    // As a block of items, it is one of two.
    long fewer = 4L * 3 * (2 * USERS + USERS + 1);
    assertNull(
        new ShuffleExchange(folder + "/", fewer, 4, 2, 10, false)
            .write(block, factors, Side.ITEM, 1));
  }

  @Test
  void filesGoWhenTheyAreReadAndTheLastStay() throws IOException {
    RatingBlock block = block();
    FactorBlock factors = InitializeFactors.draw(block.src(), Side.USER, 3, 1);
    ShuffleExchange exchange = exchange(6);
    for (int step = 0; step <= 6; step++) {
      // Half-steps alternate, but here one block stands for both sides.
      FactorFile file = requireNonNull(exchange.write(block, factors, Side.USER, step));
      exchange.write(block, factors, Side.USER, step); // a worker that was lost did it once before
      if (step >= 5) {
        assertArrayEquals(factors.factors(), file.readWhole().factors());
      }
      Set<String> steps = new TreeSet<>();
      try (Stream<Path> files = Files.walk(folder)) {
        files
            .filter(Files::isRegularFile)
            .forEach(f -> steps.add(folder.relativize(f).getName(0).toString()));
      }
      Set<String> expected = new TreeSet<>();
      for (int s = Math.max(0, step == 6 ? 4 : step - 1); s <= step; s++) {
        expected.add("step-000" + s);
      }
      assertEquals(expected, steps);
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Files.writeString(folder.resolve("step-0000"), "a file");
    RatingBlock block = block();
    RunException failure =
        assertThrows(
            RunException.class,
            () ->
                exchange(6)
                    .write(
                        block, InitializeFactors.draw(block.src(), Side.USER, 3, 1), Side.USER, 0));
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains("step-0000"), message);
    assertTrue(message.contains("cannot be written"), message);
  }

  private ShuffleExchange exchange(int lastStep) {
    return new ShuffleExchange(folder + "/", 0, 1, ITEM_BLOCKS, lastStep, false);
  }
}
