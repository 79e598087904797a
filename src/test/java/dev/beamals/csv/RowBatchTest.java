package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.ids.CoderContract;
import dev.beamals.ratings.RatingRow;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RowBatchTest {
  private static final List<String> USERS = List.of("-1", "3", "0", "12", "user", "用户", "a,\"b\"");
  private static final List<String> ITEMS = List.of("7", "8", "007", "9", "10");

  @Test
  void rowBatchCoderKeepsEverything() throws Exception {
    RowBatch batch =
        new RowBatch(
            "folder/ä, b.csv",
            5L << 40,
            17,
            -3,
            RatingRow.batch(RatingRow.random(4, USERS, ITEMS, new Random(4))),
            new double[] {0, -1.5, Double.NaN, 1e300},
            new int[] {1, 3},
            2,
            List.of(
                Reject.of("folder/ä, b.csv", 5L << 40, 3, "reason", "a,b"),
                Reject.of("folder/ä, b.csv", 5L << 40, 9, "", "用户")),
            new IdNotations(3, 4),
            new IdNotations(5, 6),
            9);
    RowBatch decoded = CoderContract.check(new RowBatch.Coder(), batch);
    assertEquals(batch.file, decoded.file);
    assertEquals(batch.chunk, decoded.chunk);
    assertEquals(batch.lines, decoded.lines);
    assertEquals(batch.fingerprint, decoded.fingerprint);
    assertEquals(RatingRow.of(batch.rows), RatingRow.of(decoded.rows));
    assertArrayEquals(batch.timestamps, decoded.timestamps);
    assertArrayEquals(batch.incomplete, decoded.incomplete);
    assertEquals(batch.unusable, decoded.unusable);
    assertEquals(batch.rejects, decoded.rejects);
    assertEquals(batch.users, decoded.users);
    assertEquals(batch.items, decoded.items);
    assertEquals(9, decoded.scaledTimes);
    assertEquals(8, decoded.size());
  }
}
