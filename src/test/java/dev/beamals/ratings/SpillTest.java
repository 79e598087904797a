package dev.beamals.ratings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.runners.spark.SparkRunner;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpillTest {
  private static final List<String> USERS = List.of("1", "2", "user", "用户");
  private static final List<String> ITEMS = List.of("7", "8", "item");

  /** Bytes of the columns of a row: two indices, a rating, a fingerprint. */
  private static final int ROW = 4 + 4 + 4 + 8;

  @TempDir Path folder;

  private static List<RatingBatch> batches() {
    Random random = new Random(1);
    return Stream.generate(() -> RatingRow.batch(RatingRow.random(50, USERS, ITEMS, random)))
        .limit(20)
        .toList();
  }

  private static byte[] bytes(RatingBatch batch) throws IOException {
    return CoderUtils.encodeToByteArray(RatingBatch.Coder.of(), batch);
  }

  @Test
  void theFirstBatchesStayInMemoryAndAllAreTheSame() throws Exception {
    Spill spill = new Spill(folder, 3 * 50 * ROW);
    List<RatingBatch> batches = batches();
    List<Supplier<RatingBatch>> held = batches.stream().map(spill::put).toList();
    for (int b = batches.size() - 1; b >= 0; b--) { // in any order
      if (b < 3) {
        assertSame(batches.get(b), held.get(b).get());
      } else {
        assertNotSame(batches.get(b), held.get(b).get());
      }
      assertArrayEquals(bytes(batches.get(b)), bytes(held.get(b).get()));
      assertArrayEquals(bytes(batches.get(b)), bytes(held.get(b).get()), "read again");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.count(), "a file without a name");
    }
  }

  @Test
  void inAProcessTheNumberIsWrittenAlone() throws Exception {
    for (long kept : new long[] {0, Long.MAX_VALUE}) {
      HeldBatch held = HeldBatch.ofProcess(new Spill(folder, kept).put(batches().get(0)));
      assertEquals(8, CoderUtils.encodeToByteArray(HeldBatch.Coder.of(), held).length);
      assertSame(held, CoderUtils.clone(HeldBatch.Coder.of(), held));
    }
    assertThrows(
        IOException.class,
        () ->
            HeldBatch.Coder.of()
                .decode(new ByteArrayInputStream(new byte[] {9, 9, 9, 9, 9, 9, 9, 9})));
  }

  @Test
  void elsewhereTheBatchItselfTravels() throws Exception {
    PipelineOptions options = PipelineOptionsFactory.create();
    RatingBatch batch = batches().get(0);
    options.setRunner(DirectRunner.class);
    assertTrue(new BatchHolder().hold(batch, options).isOfProcess());
    options.setRunner(SparkRunner.class);
    HeldBatch held = new BatchHolder().hold(batch, options);
    assertFalse(held.isOfProcess());
    HeldBatch arrived = CoderUtils.clone(HeldBatch.Coder.of(), held);
    assertNotSame(batch, arrived.get());
    assertArrayEquals(bytes(batch), bytes(arrived.get()));
  }

  @Test
  void whatIsClosedCannotBeReadAnyMore() {
    Spill spill = new Spill(folder, 0);
    Supplier<RatingBatch> put = spill.put(batches().get(0));
    spill.close();
    assertThrows(RunException.class, put::get);
  }

  @Test
  void whatCannotBeWrittenStaysInMemory() throws Exception {
    Spill spill = new Spill(folder.resolve("missing"), 0);
    List<RatingBatch> batches = batches();
    List<Supplier<RatingBatch>> held = new ArrayList<>();
    batches.forEach(batch -> held.add(spill.put(batch)));
    for (int b = 0; b < batches.size(); b++) {
      assertSame(batches.get(b), held.get(b).get());
    }
  }
}
