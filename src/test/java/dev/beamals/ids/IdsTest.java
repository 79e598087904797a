package dev.beamals.ids;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IdsTest {
  private static final Pattern USUAL_FORM = Pattern.compile("0|-?[1-9][0-9]*");

  /** The documented order, said in another way. */
  private static final Comparator<String> ORDER =
      Comparator.comparing((String id) -> isInt(id) ? 0 : 1)
          .thenComparing(
              (a, b) ->
                  isInt(a)
                      ? Integer.compare(Integer.parseInt(a), Integer.parseInt(b))
                      : a.compareTo(b));

  private static final List<String> ODD_IDS =
      List.of(
          "",
          "-",
          "--1",
          "0",
          "-0",
          "00",
          "7",
          "-7",
          "007",
          "+7",
          "-07",
          "1e3",
          "1.0",
          " 7",
          "7 ",
          "2147483647",
          "2147483648",
          "-2147483648",
          "-2147483649",
          "3000000000",
          "9999999999",
          "-9999999999",
          "99999999999999999999",
          "a,b",
          "say \"hi\"",
          "用户",
          "ユーザ",
          "٣",
          "１２",
          "🎧",
          "\uFFEE",
          "a",
          "A",
          "ä");

  private static boolean isInt(String id) {
    try {
      return USUAL_FORM.matcher(id).matches() && id.equals("" + Integer.parseInt(id));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static List<String> list(Ids ids) {
    List<String> list = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      list.add(ids.get(i));
    }
    return list;
  }

  private static Ids of(Iterable<String> ids) {
    List<String> list = new ArrayList<>();
    ids.forEach(list::add);
    return Ids.of(list.toArray(new String[0]));
  }

  private static Set<String> random(Random random) {
    Set<String> ids = new HashSet<>();
    int count = random.nextInt(60);
    for (int i = 0; i < count; i++) {
      ids.add(
          switch (random.nextInt(3)) {
            case 0 -> Integer.toString(random.nextInt(100) - 50);
            case 1 -> "s" + random.nextInt(50);
            default -> ODD_IDS.get(random.nextInt(ODD_IDS.size()));
          });
    }
    return ids;
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "7", "-7", "6523", "2147483647", "-2147483648", "1000000000"})
  void usualFormOfAnIntIsKeptAsInt(String id) {
    assertTrue(Ids.isPlainInt(id));
    Ids ids = Ids.of(id);
    assertTrue(ids.allInts());
    assertTrue(ids.isInt(0));
    assertEquals(Integer.parseInt(id), ids.intAt(0));
    assertEquals(id, ids.get(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "-0",
        "00",
        "007",
        "-07",
        "+7",
        "--7",
        "7-",
        "1.0",
        "1e3",
        "0x1",
        " 7",
        "7 ",
        "٣",
        "１２",
        "2147483648",
        "-2147483649",
        "3000000000",
        "9999999999",
        "-9999999999",
        "99999999999",
        "18446744073709551616",
        "a"
      })
  void anythingElseStaysAString(String id) {
    assertFalse(Ids.isPlainInt(id));
    Ids ids = Ids.of(id);
    assertFalse(ids.allInts());
    assertFalse(ids.isInt(0));
    assertEquals(id, ids.get(0));
  }

  @Test
  void intsComeFirstByValueThenStringsByCharacters() {
    Ids ids = Ids.of("b", "10", "9", "-7", "a", "", "007", "9", "用户", "a,b", "Z", "b");
    assertEquals(List.of("-7", "9", "10", "", "007", "Z", "a", "a,b", "b", "用户"), list(ids));
  }

  @Test
  void setOfRandomIdsIsSortedAndWithoutDuplicates() {
    Random random = new Random(1);
    for (int trial = 0; trial < 200; trial++) {
      List<String> some = new ArrayList<>(random(random));
      some.addAll(random(random));
      TreeSet<String> expected = new TreeSet<>(ORDER);
      expected.addAll(some);
      assertEquals(new ArrayList<>(expected), list(of(some)));
    }
  }

  @Test
  void intsGivenAsIntsAndAsStringsMakeEqualSets() {
    int[] given = {5, -3, 5, 0};
    Ids ids = Ids.of(given);
    assertEquals(Ids.of("0", "5", "-3"), ids);
    assertEquals(Ids.of("0", "5", "-3").hashCode(), ids.hashCode());
    assertArrayEquals(new int[] {5, -3, 5, 0}, given, "the argument is not modified");
    assertNotEquals(Ids.of("0", "5"), ids);
    assertNotEquals(Ids.of("05"), Ids.of("5"));
  }

  @Test
  void unionHoldsWhatAnySetHolds() {
    Random random = new Random(2);
    for (int trial = 0; trial < 200; trial++) {
      TreeSet<String> expected = new TreeSet<>(ORDER);
      List<Ids> sets = new ArrayList<>();
      for (int s = random.nextInt(5); s > 0; s--) {
        Set<String> some = random(random);
        expected.addAll(some);
        sets.add(of(some));
      }
      assertEquals(new ArrayList<>(expected), list(Ids.union(sets)));
    }
  }

  @Test
  void intersectionHoldsWhatEverySetHolds() {
    Random random = new Random(2);
    for (int trial = 0; trial < 200; trial++) {
      TreeSet<String> expected = new TreeSet<>(ORDER);
      List<Ids> sets = new ArrayList<>();
      for (int s = 1 + random.nextInt(4); s > 0; s--) {
        Set<String> some = random(random);
        if (sets.isEmpty()) {
          expected.addAll(some);
        }
        expected.retainAll(some);
        sets.add(of(some));
      }
      assertEquals(new ArrayList<>(expected), list(Ids.intersection(sets)));
    }
  }

  @Test
  void unionLeavesItsSetsAsTheyWere() {
    Ids one = Ids.of("3", "b");
    Ids.union(List.of(one, Ids.of("1", "a")));
    assertEquals(List.of("3", "b"), list(one));
  }

  @Test
  void positionsAreWhereTheIdStandsOrMinusOne() {
    Random random = new Random(3);
    for (int trial = 0; trial < 300; trial++) {
      Ids some = of(random(random));
      Ids other = of(random(random));
      int[] expected = list(some).stream().mapToInt(id -> list(other).indexOf(id)).toArray();
      assertArrayEquals(expected, some.positionsIn(other), some + " in " + other);
    }
  }

  @Test
  void selectTakesTheIdsAtTheIndices() {
    Random random = new Random(4);
    for (int trial = 0; trial < 200; trial++) {
      Ids ids = of(random(random));
      List<String> expected = new ArrayList<>();
      int[] indices = new int[ids.size()];
      int count = 0;
      for (int i = 0; i < ids.size(); i++) {
        if (random.nextBoolean()) {
          indices[count++] = i;
          expected.add(list(ids).get(i));
        }
      }
      assertEquals(expected, list(ids.select(Arrays.copyOf(indices, count))));
    }
  }

  @Test
  void compareAgreesWithTheOrderOfASet() {
    Ids ids = of(ODD_IDS);
    for (int i = 0; i < ids.size(); i++) {
      for (int j = 0; j < ids.size(); j++) {
        Ids one = Ids.of("0", "zz", ids.get(j));
        int at = list(one).indexOf(ids.get(j));
        assertEquals(
            Integer.signum(Integer.compare(i, j)),
            Integer.signum(Ids.compare(ids, i, one, at)),
            ids.get(i) + " and " + ids.get(j));
      }
    }
  }

  @Test
  void hashOfAnIdIsTheSameInEverySet() {
    Ids all = of(ODD_IDS);
    for (int i = 0; i < all.size(); i++) {
      Ids alone = Ids.of(all.get(i));
      assertEquals(alone.hash(0), all.hash(i), all.get(i));
      for (int blocks : new int[] {1, 3, 8, 1000}) {
        assertEquals(alone.block(0, blocks), all.block(i, blocks), all.get(i));
      }
    }
  }

  @Test
  void hashesDifferAndSpreadEvenlyOverBlocks() {
    Set<Long> hashes = new HashSet<>();
    int[] ints = new int[8];
    int[] strings = new int[8];
    for (int i = 0; i < 8000; i++) {
      Ids ids = Ids.of(Integer.toString(i - 100), "user-" + i);
      hashes.add(ids.hash(0));
      hashes.add(ids.hash(1));
      ints[ids.block(0, 8)]++;
      strings[ids.block(1, 8)]++;
    }
    assertEquals(16000, hashes.size());
    for (int b = 0; b < 8; b++) {
      assertEquals(1000, ints[b], 150, "ints in block " + b);
      assertEquals(1000, strings[b], 150, "strings in block " + b);
    }
  }

  @Test
  void bytesOfAnIdBecomeTheIdThatItsStringIs() throws Exception {
    Random random = new Random(5);
    IdDictionary dictionary = new IdDictionary();
    for (int trial = 0; trial < 100; trial++) {
      List<String> rows = new ArrayList<>();
      for (int r = random.nextInt(80); r > 0; r--) {
        String id = ODD_IDS.get(1 + random.nextInt(ODD_IDS.size() - 1));
        rows.add(random.nextBoolean() ? id : Integer.toString(random.nextInt(9) - 4));
        if (random.nextInt(3) == 0) {
          rows.add(rows.get(rows.size() - 1)); // runs of one id
        }
      }
      IntArrayList codes = new IntArrayList();
      for (int r = 0; r < rows.size(); r++) {
        byte[] bytes = ("x" + rows.get(r) + "1").getBytes(StandardCharsets.UTF_8);
        codes.add(dictionary.code(bytes, 1, bytes.length - 1));
      }
      int[] indices = new int[rows.size()];
      Ids ids = dictionary.finish(codes, indices);
      assertEquals(of(rows), ids);
      for (int r = 0; r < indices.length; r++) {
        assertEquals(rows.get(r), ids.get(indices[r]));
      }
    }
  }
}
