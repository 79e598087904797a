package dev.beamals.ratings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ids.CoderContract;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.beam.sdk.values.KV;
import org.junit.jupiter.api.Test;

final class RowTextsTest {
  private static final List<String> WORDS =
      List.of("", "a", "b,\"c\"", "用户", "line\nend", "\u0000");

  private static RatingBatch batch(int rows, int columns, Random random) {
    Ids users = Ids.of("1", "2", "x", "y", "用户");
    int[] user = new int[rows];
    long[] place = new long[rows];
    RowTexts.Builder texts = new RowTexts.Builder(columns);
    for (int r = 0; r < rows; r++) {
      user[r] = random.nextInt(users.size());
      place[r] = 3L * r;
      for (int c = 0; c < columns; c++) {
        byte[] word =
            ("<" + WORDS.get(random.nextInt(WORDS.size())) + r + ">")
                .getBytes(StandardCharsets.UTF_8);
        texts.add(word, 1, word.length - 1);
      }
    }
    return new RatingBatch(
            RatingBatch.keepUsed(users, user),
            Ids.of("i"),
            user,
            new int[rows],
            new float[0],
            new long[0])
        .withPlaces(place)
        .withTexts(texts.finish());
  }

  private static List<String> rows(RatingBatch batch, int columns) {
    List<String> rows = new ArrayList<>();
    for (int r = 0; r < batch.size(); r++) {
      StringBuilder row = new StringBuilder(batch.ids(Side.USER).get(batch.index(Side.USER)[r]));
      row.append('|').append(batch.places()[r]);
      for (int c = 0; c < columns; c++) {
        row.append('|').append(batch.texts().get(r, c));
      }
      rows.add(row.toString());
    }
    return rows;
  }

  @Test
  void textsStayWithTheirRows() throws Exception {
    Random random = new Random(1);
    for (int columns : new int[] {1, 3}) {
      RatingBatch batch = batch(40, columns, random);
      List<String> all = rows(batch, columns);
      assertEquals(
          List.of(all.get(0), all.get(2), all.get(39)),
          rows(batch.select(new int[] {0, 2, 39, 0}, 3), columns));
      assertEquals(all, rows(CoderContract.check(RatingBatch.Coder.of(), batch), columns));
      Map<String, Integer> order = new HashMap<>();
      all.forEach(row -> order.put(row, order.size()));
      int parts = 0;
      for (KV<Integer, RatingBatch> part : batch.partition(4)) {
        int last = -1;
        for (String row : rows(part.getValue(), columns)) {
          int at = order.remove(row);
          assertTrue(at > last, "a part has its rows in their order");
          last = at;
        }
        parts++;
      }
      assertTrue(parts > 1 && order.isEmpty());
    }
  }

  @Test
  void rowsMayHaveNone() throws Exception {
    RatingBatch batch = batch(5, 0, new Random(2));
    assertSame(RowTexts.none(), batch.texts());
    assertSame(RowTexts.none(), CoderContract.check(RatingBatch.Coder.of(), batch).texts());
    assertEquals(0, batch.select(new int[] {1}, 1).texts().columns());
  }

  @Test
  void placesAreInTheOrderOfTheInput() {
    long last = -1;
    for (long[] place : new long[][] {{0, 0}, {0, 1}, {0, (1 << 20) - 1}, {1, 0}, {7, 3}}) {
      long of = RowPlace.of((int) place[0], place[1]);
      assertTrue(of > last + (1 << 24) - 1 || last < 0, "the lines of a chunk have room");
      assertEquals(place[0], RowPlace.file(of + 5));
      assertEquals(place[1], RowPlace.chunk(of + 5));
      last = of;
    }
    assertTrue(RowPlace.of(RowPlace.MOST_FILES - 1, 0) > last);
    assertThrows(IllegalArgumentException.class, () -> RowPlace.of(0, 1 << 20));
  }
}
