package dev.beamals.ids;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** A union against a sorted set of the same ids. */
final class UnionTest {

  private static void check(List<int[]> sets) {
    List<Ids> ids = new ArrayList<>();
    TreeSet<Integer> expected = new TreeSet<>();
    for (int[] set : sets) {
      ids.add(Ids.of(set));
      for (int id : set) {
        expected.add(id);
      }
    }
    int[] all = expected.stream().mapToInt(id -> id).toArray();
    Union union = new Union(ids);
    assertArrayEquals(all, union.ids().ints());
    for (int s = 0; s < sets.size(); s++) {
      int[] positions = union.positions(s);
      assertEquals(sets.get(s).length, positions.length);
      for (int i = 0; i < positions.length; i++) {
        assertEquals(sets.get(s)[i], all[positions[i]]);
      }
    }
  }

  /** Sorted sets without equal ids: sizes 0 to 900. */
  private static List<int[]> random(IntUnaryOperator id) {
    SplittableRandom random = new SplittableRandom(1);
    List<int[]> sets = new ArrayList<>();
    for (int s = 0; s < 10; s++) {
      TreeSet<Integer> set = new TreeSet<>();
      for (int i = 0; i < s * 100; i++) {
        set.add(id.applyAsInt(random.nextInt(3000)));
      }
      sets.add(set.stream().mapToInt(i -> i).toArray());
    }
    return sets;
  }

  @Test
  void idsThatAreClose() {
    check(random(i -> i));
    check(random(i -> i - 1500));
    check(random(i -> Integer.MAX_VALUE - i));
    check(random(i -> Integer.MIN_VALUE + i));
  }

  @Test
  void idsThatAreFarApart() {
    check(random(i -> (i - 1500) * 1_000_003));
    check(List.of(new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE}, new int[] {-1, 0}));
  }

  @Test
  void rangeOfManyWords() {
    // 64 times as far as there are ids: the widest that is marked, and one more.
    for (int last : new int[] {64 * 130 - 1, 64 * 130}) {
      int[] one = new int[100];
      int[] other = new int[30];
      for (int i = 0; i < one.length; i++) {
        one[i] = i;
      }
      for (int i = 0; i < other.length; i++) {
        other[i] = last - 29 + i;
      }
      check(List.of(one, other));
    }
  }

  @Test
  void nothing() {
    assertEquals(0, new Union(List.of()).ids().size());
    check(List.of(new int[0], new int[0]));
    check(List.of(new int[0], new int[] {7}));
  }
}
