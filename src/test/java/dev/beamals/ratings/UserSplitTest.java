package dev.beamals.ratings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.ratings.SplitRatings.Part;
import dev.beamals.ratings.SplitRatings.Share;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The parts of each user's rows, beside sorting them with objects. */
final class UserSplitTest {
  private record Row(String user, long hash, double time) {}

  private static List<Row> rows(int count, Random random) {
    List<Row> rows = new ArrayList<>();
    for (int r = 0; r < count; r++) {
      // Few hashes and times, so that many are equal.
      rows.add(
          new Row(
              "u" + (int) Math.sqrt(random.nextInt(400)),
              random.nextInt(30) - 10,
              random.nextInt(12)));
    }
    return rows;
  }

  /** For each row its part, where the rows are cut into batches. */
  private static List<Part> split(
      List<Row> rows, Share test, Share validation, boolean latest, int cut, int[] small) {
    List<RatingBatch> batches = new ArrayList<>();
    List<long[]> hashes = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += cut) {
      List<Row> some = rows.subList(from, Math.min(rows.size(), from + cut));
      batches.add(
          RatingRow.batch(some.stream().map(r -> new RatingRow(r.user, "i", 1, 0)).toList())
              .withTimes(some.stream().mapToDouble(Row::time).toArray()));
      hashes.add(some.stream().mapToLong(Row::hash).toArray());
    }
    UserSplit split = new UserSplit(test, validation, latest, batches, hashes);
    List<Part> parts = new ArrayList<>();
    for (int b = 0; b < batches.size(); b++) {
      for (byte part : split.parts(b)) {
        parts.add(Part.values()[part]);
      }
    }
    small[0] = split.smallUsers();
    small[1] = split.users();
    return parts;
  }

  /** The same by its definition. */
  private static List<Part> define(
      List<Row> rows, Share test, Share validation, boolean latest, int[] small) {
    Map<String, TreeMap<Long, Double>> users = new HashMap<>();
    for (Row row : rows) {
      users.computeIfAbsent(row.user, u -> new TreeMap<>()).merge(row.hash, row.time, Math::max);
    }
    Map<String, Map<Long, Part>> parts = new HashMap<>();
    users.forEach(
        (user, distinct) -> {
          int n = distinct.size();
          int tests = test.rows() > 0 ? test.rows() : (int) Math.round(test.fraction() * n);
          int validations =
              validation.rows() > 0
                  ? validation.rows()
                  : (int) Math.round(validation.fraction() * n);
          Map<Long, Part> of = new HashMap<>();
          parts.put(user, of);
          if (tests < 1 || (!validation.isNone() && validations < 1) || tests + validations >= n) {
            small[0]++;
            return;
          }
          List<Long> order = new ArrayList<>(distinct.keySet());
          if (latest) {
            order.sort(
                Comparator.comparing((Long hash) -> -distinct.getOrDefault(hash, 0.0))
                    .thenComparing(hash -> hash));
          }
          for (int i = 0; i < tests + validations; i++) {
            of.put(order.get(i), i < tests ? Part.test : Part.validation);
          }
        });
    small[1] = users.size();
    return rows.stream()
        .map(row -> parts.getOrDefault(row.user, Map.of()).getOrDefault(row.hash, Part.train))
        .toList();
  }

  @Test
  void equalsItsDefinitionHoweverRowsAreCut() {
    Random random = new Random(11);
    for (int trial = 0; trial < 200; trial++) {
      List<Row> rows = rows(1 + random.nextInt(150), random);
      Share test =
          trial % 2 == 0 ? Share.rows(1 + random.nextInt(3)) : Share.fraction(random.nextDouble());
      Share validation =
          trial % 3 == 0
              ? Share.none()
              : trial % 2 == 0 ? Share.rows(2) : Share.fraction(0.3 * random.nextDouble());
      boolean latest = random.nextBoolean();
      int[] expectedSmall = new int[2];
      List<Part> expected = define(rows, test, validation, latest, expectedSmall);
      int[] small = new int[2];
      assertEquals(expected, split(rows, test, validation, latest, rows.size(), small));
      assertEquals(List.of(expectedSmall[0], expectedSmall[1]), List.of(small[0], small[1]));
      assertEquals(expected, split(rows, test, validation, latest, 1 + trial % 9, small));
    }
  }

  @Test
  void theLatestRowsOfAUserAreItsTestRows() {
    List<Row> rows = new ArrayList<>();
    for (int r = 0; r < 10; r++) {
      rows.add(new Row("a", 77 * r % 10, r));
    }
    rows.add(new Row("b", 1, 5));
    int[] small = new int[2];
    List<Part> parts = split(rows, Share.rows(2), Share.rows(1), true, 4, small);
    assertEquals(Part.validation, parts.get(7));
    assertEquals(List.of(Part.test, Part.test, Part.train), parts.subList(8, 11));
    assertTrue(parts.subList(0, 7).stream().allMatch(part -> part == Part.train));
    assertEquals(1, small[0], "a user of one row is too small");
  }
}
