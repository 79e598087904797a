package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the files. */
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

  /** One of four blocks of users with 1,001 items: factors of 5,001 ids at least. */
  @Test
  void smallFactorsTravelAsTheyAre() {
    RatingBlock block = block();
    FactorBlock factors = InitializeFactors.draw(block.src(), Side.USER, 3, 1);
    long bytes = 4L * 3 * (4 * USERS + USERS + 1);
    for (int step : new int[] {0, 2, 10}) {
      for (long above : new long[] {bytes - 1, bytes}) {
        ShuffleExchange exchange = new ShuffleExchange(folder + "/", above, 10, false, false);
        assertEquals(above == bytes, send(exchange, block, 4, 2, factors, step).file() == null);
      }
    }
    // As a block of items, it is one of two.
    long fewer = 4L * 3 * (2 * USERS + USERS + 1);
    ShuffleExchange exchange = new ShuffleExchange(folder + "/", fewer, 10, false, false);
    assertEquals(null, send(exchange, block, 2, 4, factors, 1).file());
  }

  @Test
  void filesGoWhenTheyAreReadAndTheLastStay() throws IOException {
    RatingBlock block = block();
    FactorBlock factors = InitializeFactors.draw(block.src(), Side.USER, 3, 1);
    ShuffleExchange exchange = exchange(6);
    for (int step = 0; step <= 6; step++) {
      // Half-steps alternate, but here one block stands for both sides.
      Sent sent = send(exchange, block, 1, ITEM_BLOCKS, factors, step);
      // A worker that was lost did it once before.
      send(exchange, block, 1, ITEM_BLOCKS, factors, step);
      if (step >= 5) {
        assertArrayEquals(factors.factors(), sent.whole().factors());
        assertEquals(block.src(), sent.whole().ids());
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
                send(
                    exchange(6),
                    block,
                    1,
                    ITEM_BLOCKS,
                    InitializeFactors.draw(block.src(), Side.USER, 3, 1),
                    0));
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains("step-0000"), message);
    assertTrue(message.contains("cannot be written"), message);
  }

  private ShuffleExchange exchange(int lastStep) {
    return new ShuffleExchange(folder + "/", 0, lastStep, false, false);
  }

  private static Sent send(
      Exchange exchange,
      RatingBlock block,
      int srcBlocks,
      int dstBlocks,
      FactorBlock factors,
      int step) {
    return exchange.send(
        block,
        block.links(srcBlocks, dstBlocks),
        factors.factors(),
        step,
        new StepSums(),
        TrainingSummary.create(AlsParameters.create().withRank(3), 0));
  }
}
