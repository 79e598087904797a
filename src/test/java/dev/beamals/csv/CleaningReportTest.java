package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.ids.CoderContract;
import dev.beamals.ratings.RatingRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CleaningReportTest {
  private static final CleaningReport.CombineFn COMBINE = new CleaningReport.CombineFn();

  /** Chunk {@code c} of a file: {@code c % 5 + 1} lines, the last of them a reject. */
  private static CleaningReport chunk(String file, long c) {
    long lines = c % 5 + 1;
    Reject reject = Reject.of(file, 100 * c, lines - 1, "reason " + c, "text");
    RowBatch batch =
        new RowBatch(
            file,
            100 * c,
            lines,
            c + (1L << 62),
            RatingRow.batch(List.of()),
            new double[0],
            new int[0],
            2,
            List.of(reject),
            new IdNotations(c, 5 * c),
            new IdNotations(6 * c, 7 * c),
            9);
    return CleaningReport.of(batch, c, 2 * c, 3 * c, 4 * c);
  }

  @Test
  void sumsAndFirstRejectsAreTheSameInAnyOrderAndGrouping() throws Exception {
    List<CleaningReport> chunks = new ArrayList<>();
    for (int c = 0; c < 12; c++) {
      chunks.add(chunk(c % 2 == 0 ? "a.csv" : "b.csv", c));
    }
    Random random = new Random(1);
    byte[] expected = new byte[0];
    for (int trial = 0; trial < 50; trial++) {
      List<CleaningReport> accumulators = new ArrayList<>();
      for (int a = 0; a < 4; a++) {
        accumulators.add(COMBINE.createAccumulator());
      }
      for (CleaningReport chunk : chunks) {
        COMBINE.addInput(accumulators.get(random.nextInt(4)), chunk);
      }
      Collections.shuffle(accumulators, random);
      CleaningReport report = COMBINE.extractOutput(COMBINE.mergeAccumulators(accumulators));
      assertEquals(36, report.rowsRead());
      assertEquals(12, report.rejected());
      assertEquals(66, report.missing());
      assertEquals(132, report.negativeTimestamp());
      assertEquals(198, report.notFinite());
      assertEquals(264, report.kept());
      assertEquals(
          "a.csv:1: reason 0; a.csv:4: reason 2; a.csv:9: reason 4", report.describeRejects());
      // 6 · 2⁶² wraps to 2⁶³: sums are mod 2⁶⁴.
      assertEquals(30 + Long.MIN_VALUE, report.fingerprints().get("a.csv"));
      assertEquals(36 + Long.MIN_VALUE, report.fingerprints().get("b.csv"));
      byte[] bytes = CoderContract.encode(CleaningReport.coder(), report);
      if (trial == 0) {
        expected = bytes;
      }
      assertArrayEquals(expected, bytes);
      Collections.shuffle(chunks, random);
    }
  }

  @Test
  void lineOfARejectCountsTheLinesOfEarlierChunksOfItsFile() {
    CleaningReport report = COMBINE.createAccumulator();
    for (int c : new int[] {3, 0, 2}) {
      COMBINE.addInput(report, chunk("a.csv", c));
    }
    COMBINE.addInput(report, chunk("b.csv", 1));
    assertEquals(1, report.lineOf(Reject.of("a.csv", 0, 0, "", "")));
    assertEquals(1 + 3 + 2, report.lineOf(Reject.of("a.csv", 300, 1, "", "")));
    assertEquals(5, report.lineOf(Reject.of("b.csv", 100, 4, "", "")));
    assertEquals(5, report.lineOf(Reject.of("unknown.csv", 100, 4, "", "")));
  }

  @Test
  void coderKeepsEverything() throws Exception {
    CleaningReport report = COMBINE.createAccumulator();
    CoderContract.check(CleaningReport.coder(), report);
    for (int c = 0; c < 5; c++) {
      COMBINE.addInput(report, chunk("ä " + c % 2, c));
    }
    CleaningReport decoded = CoderContract.check(CleaningReport.coder(), report);
    assertEquals(report.describeRejects(), decoded.describeRejects());
    assertEquals(report.fingerprints(), decoded.fingerprints());
    assertEquals(15, decoded.rowsRead());
    assertEquals(5, decoded.rejected());
    assertEquals(10, decoded.missing());
    assertEquals(20, decoded.negativeTimestamp());
    assertEquals(30, decoded.notFinite());
    assertEquals(40, decoded.kept());
  }
}
