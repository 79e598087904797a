package dev.beamals.recommend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Ids;
import dev.beamals.linalg.BlockProducts;
import dev.beamals.ratings.RatingBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Blocks and heaps against sorting everything. */
final class TopKTest {
  private static final int RANK = 3;
  private static final List<SeenPairs> NOTHING = List.of();

  @Test
  void tilesInAnyOrderGiveWhatSortingGives() {
    // Factors of few values: most scores are equal to others, and ids decide.
    FactorBlock users = block(ids("u", 21), new Random(1));
    FactorBlock items = block(ids("i", 700), new Random(2));
    for (int topK : new int[] {1, 2, 10, 699, 1000}) {
      List<FactorBlock> tiles = tiles(items, new Random(topK));
      ScoredIds found = score(users, NOTHING, topK, false, tiles);
      for (int u = 0; u < users.ids().size(); u++) {
        assertEquals(
            sorted(users, u, items, Set.of(), topK), row(found, u), "user " + u + " top " + topK);
      }
    }
  }

  @Test
  void manyRowsAndIntsOfAnySizeGiveWhatSortingGives() {
    Random random = new Random(5);
    FactorBlock users = block(Ids.of(IntStream.range(0, 2100).toArray()), random);
    int[] any = random.ints(600).toArray();
    any[0] = Integer.MAX_VALUE;
    any[1] = Integer.MIN_VALUE;
    any[2] = -1;
    FactorBlock ints = block(Ids.of(any), random);
    ScoredIds found = score(users, NOTHING, 4, false, tiles(ints, random));
    for (int u = 0; u < users.ids().size(); u++) {
      assertEquals(sorted(users, u, ints, Set.of(), 4), row(found, u), "user " + u);
    }
  }

  @Test
  void theGreatestIntComesBeforeStringsWhereScoresAreTheSame() {
    FactorBlock users = block(Ids.of(1), new Random(1));
    String[] order = {"2147483647", "-", "2147483648", "x"};
    for (int seed = 0; seed < 30; seed++) {
      List<String> ids = new ArrayList<>(List.of(order));
      Collections.shuffle(ids, new Random(seed));
      List<FactorBlock> tiles =
          ids.stream().map(id -> new FactorBlock(Ids.of(id), RANK, new float[RANK])).toList();
      for (int topK = 1; topK <= order.length; topK++) {
        ScoredIds found = score(users, NOTHING, topK, false, tiles);
        assertEquals(
            Arrays.stream(order).limit(topK).map(id -> id + " 0.0").toList(), row(found, 0));
      }
    }
  }

  @Test
  void scoresOfZeroAreTheSameWhateverTheirSign() {
    FactorBlock users = new FactorBlock(Ids.of(1), 1, new float[] {1e-30f});
    // Both round to zero, the first from below.
    FactorBlock items = new FactorBlock(Ids.of(1, 2), 1, new float[] {-1e-30f, 1e-30f});
    ScoredIds found = score(users, NOTHING, 2, false, List.of(items));
    assertEquals(List.of("1 0.0", "2 0.0"), row(found, 0));
  }

  @Test
  void seenIsLeftOutAlsoOfUnknownUsersAndItems() {
    FactorBlock users = block(ids("u", 21), new Random(1));
    FactorBlock items = block(ids("i", 700), new Random(2));
    Ids seenUsers = Ids.of("0", "2", "u3", "u19", "nobody");
    Ids seenItems = ids("i", 900);
    Map<String, Set<String>> seen = new HashMap<>();
    List<int[]> pairs = new ArrayList<>();
    Random random = new Random(3);
    for (int u = 0; u < seenUsers.size(); u++) {
      for (int n = 0; n < 600; n++) {
        int i = random.nextInt(seenItems.size());
        pairs.add(new int[] {u, i});
        seen.computeIfAbsent(seenUsers.get(u), x -> new HashSet<>()).add(seenItems.get(i));
      }
    }
    int[] user = pairs.stream().mapToInt(pair -> pair[0]).toArray();
    int[] item = pairs.stream().mapToInt(pair -> pair[1]).toArray();
    RatingBatch batch =
        new RatingBatch(
            RatingBatch.keepUsed(seenUsers, user),
            RatingBatch.keepUsed(seenItems, item),
            user,
            item,
            new float[user.length],
            new long[0]);
    // In three blocks, of which all come here, as if they were of three files.
    List<SeenPairs> parts = SeenPairs.partition(batch, 3);
    for (int topK : new int[] {10, 1000}) {
      ScoredIds found = score(users, parts, topK, false, tiles(items, new Random(4)));
      for (int u = 0; u < users.ids().size(); u++) {
        Set<String> excluded = seen.getOrDefault(users.ids().get(u), Set.of());
        assertEquals(sorted(users, u, items, excluded, topK), row(found, u), "user " + u);
      }
    }
  }

  @Test
  void cosineIsOneForAMultipleAndLeavesTheIdItselfOut() {
    FactorBlock items =
        new FactorBlock(
            Ids.of(1, 2, 3, 4), 2, new float[] {1, 2, /**/ 10, 20, /**/ -1, -2, /**/ 0, 0});
    ScoredIds found = score(items, NOTHING, 3, true, List.of(items));
    assertEquals(List.of("2 1.0", "4 0.0", "3 -1.0"), rounded(found, 0));
    assertEquals(List.of("1 0.0", "2 0.0", "3 0.0"), rounded(found, 3));
  }

  @Test
  void scoresThatAreNotFiniteAreNotRecommended() {
    FactorBlock users = new FactorBlock(Ids.of(1), 2, new float[] {3e38f, 3e38f});
    FactorBlock items =
        new FactorBlock(
            Ids.of(1, 2, 3), 2, new float[] {-3e38f, 1, /**/ 3e38f, -3e38f, /**/ 1e-38f, 0});
    ScoredIds found = score(users, NOTHING, 3, false, List.of(items));
    List<String> row = row(found, 0);
    assertEquals("2", row.get(0).split(" ")[0], row.toString()); // overflows upwards
    assertEquals(2, row.size(), row.toString());
  }

  private static List<String> rounded(ScoredIds found, int row) {
    List<String> rounded = new ArrayList<>();
    for (int p = found.offsets()[row]; p < found.offsets()[row + 1]; p++) {
      rounded.add(
          found.dst().get(found.index()[p]) + " " + Math.round(found.scores()[p] * 1e4) / 1e4);
    }
    return rounded;
  }

  private static ScoredIds score(
      FactorBlock users, List<SeenPairs> seen, int topK, boolean cosine, List<FactorBlock> tiles) {
    ScoreBlock scores = new ScoreBlock(users, seen, topK, cosine);
    tiles.forEach(scores::add);
    return scores.finish();
  }

  private static List<String> row(ScoredIds found, int row) {
    List<String> entries = new ArrayList<>();
    for (int p = found.offsets()[row]; p < found.offsets()[row + 1]; p++) {
      entries.add(found.dst().get(found.index()[p]) + " " + found.scores()[p]);
    }
    return entries;
  }

  private static List<String> sorted(
      FactorBlock users, int user, FactorBlock items, Set<String> excluded, int topK) {
    float[] scores = new float[items.ids().size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = BlockProducts.dot(users.factors(), user * RANK, items.factors(), i * RANK, RANK);
    }
    return IntStream.range(0, scores.length)
        .boxed()
        .filter(i -> !excluded.contains(items.ids().get(i)))
        .sorted((a, b) -> scores[a] != scores[b] ? Float.compare(scores[b], scores[a]) : a - b)
        .limit(topK)
        .map(i -> items.ids().get(i) + " " + scores[i])
        .toList();
  }

  /** Every other id is an int. */
  private static Ids ids(String prefix, int count) {
    return Ids.of(
        IntStream.range(0, count)
            .mapToObj(n -> n % 2 == 0 ? Integer.toString(n) : prefix + n)
            .toArray(String[]::new));
  }

  private static FactorBlock block(Ids ids, Random random) {
    float[] factors = new float[ids.size() * RANK];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = random.nextInt(5) - 2;
    }
    return new FactorBlock(ids, RANK, factors);
  }

  /** Cut at random into three, shuffled. */
  private static List<FactorBlock> tiles(FactorBlock items, Random random) {
    List<List<String>> parts = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      parts.add(new ArrayList<>());
    }
    for (int i = 0; i < items.ids().size(); i++) {
      parts.get(random.nextInt(3)).add(items.ids().get(i));
    }
    Collections.shuffle(parts, random);
    return parts.stream().map(part -> items.select(Ids.of(part.toArray(String[]::new)))).toList();
  }
}
