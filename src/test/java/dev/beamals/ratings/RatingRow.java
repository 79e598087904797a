package dev.beamals.ratings;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** One rating spelled out, so that tests can compare what batches and blocks hold. */
public record RatingRow(String user, String item, float rating, long fingerprint)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Any total order. */
  public static final Comparator<RatingRow> ORDER =
      Comparator.comparing(RatingRow::user)
          .thenComparing(RatingRow::item)
          .thenComparing(RatingRow::rating)
          .thenComparing(RatingRow::fingerprint);

  public RatingRow withoutFingerprint() {
    return new RatingRow(user, item, rating, 0);
  }

  /** A batch of these rows in this order. */
  public static RatingBatch batch(List<RatingRow> rows) {
    Ids users = Ids.of(rows.stream().map(RatingRow::user).toArray(String[]::new));
    Ids items = Ids.of(rows.stream().map(RatingRow::item).toArray(String[]::new));
    Map<String, Integer> userIndex = index(users);
    Map<String, Integer> itemIndex = index(items);
    int[] user = new int[rows.size()];
    int[] item = new int[rows.size()];
    float[] rating = new float[rows.size()];
    long[] fingerprint = new long[rows.size()];
    for (int r = 0; r < rows.size(); r++) {
      user[r] = userIndex.getOrDefault(rows.get(r).user(), -1);
      item[r] = itemIndex.getOrDefault(rows.get(r).item(), -1);
      rating[r] = rows.get(r).rating();
      fingerprint[r] = rows.get(r).fingerprint();
    }
    return new RatingBatch(users, items, user, item, rating, fingerprint);
  }

  /** The rows cut into batches of at most {@code most} rows, of random sizes. */
  public static List<RatingBatch> batches(List<RatingRow> rows, int most, Random random) {
    List<RatingBatch> batches = new ArrayList<>();
    for (int from = 0; from < rows.size(); ) {
      int to = Math.min(rows.size(), from + 1 + random.nextInt(most));
      batches.add(batch(rows.subList(from, to)));
      from = to;
    }
    return batches;
  }

  /** The rows of a batch in their order; fingerprint 0 where it has none. */
  public static List<RatingRow> of(RatingBatch batch) {
    List<RatingRow> rows = new ArrayList<>();
    for (int r = 0; r < batch.size(); r++) {
      rows.add(
          new RatingRow(
              batch.ids(Side.USER).get(batch.index(Side.USER)[r]),
              batch.ids(Side.ITEM).get(batch.index(Side.ITEM)[r]),
              batch.ratings().length == 0 ? 0 : batch.ratings()[r],
              batch.fingerprints().length == 0 ? 0 : batch.fingerprints()[r]));
    }
    return rows;
  }

  /** The rows of all batches, sorted. */
  public static List<RatingRow> sorted(Iterable<RatingBatch> batches) {
    List<RatingRow> rows = new ArrayList<>();
    batches.forEach(batch -> rows.addAll(of(batch)));
    rows.sort(ORDER);
    return rows;
  }

  /** Random rows with few distinct ratings and fingerprints, so that many are equal. */
  public static List<RatingRow> random(
      int count, List<String> users, List<String> items, Random random) {
    List<RatingRow> rows = new ArrayList<>();
    for (int r = 0; r < count; r++) {
      rows.add(
          new RatingRow(
              users.get(random.nextInt(users.size())),
              items.get(random.nextInt(items.size())),
              (random.nextInt(5) - 1) / 2f,
              random.nextInt(3) - 1));
    }
    return rows;
  }

  private static Map<String, Integer> index(Ids ids) {
    Map<String, Integer> index = new HashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      index.put(ids.get(i), i);
    }
    return index;
  }
}
