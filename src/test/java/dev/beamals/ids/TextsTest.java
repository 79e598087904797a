package dev.beamals.ids;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Packed texts do what strings do. */
final class TextsTest {
  /** Of one to four bytes, the first and the last of each length and those around surrogates. */
  private static final String[] CHARACTERS = {
    "\0",
    "\u0001",
    "a",
    "b",
    "\u007F",
    "\u0080",
    "\u07FF",
    "\u0800",
    "\uD7FF",
    "\uE000",
    "\uEFFF",
    "\uF000",
    "\uFFFF",
    "\uD800\uDC00",
    "\uD83C\uDFA7",
    "\uDBFF\uDFFF"
  };

  private static Texts pack(List<String> strings) {
    Texts.Builder texts = new Texts.Builder();
    strings.forEach(texts::add);
    return texts.build();
  }

  /** Many that begin alike and go on a little, some of them equal. */
  private static List<String> random(Random random) {
    List<String> strings = new ArrayList<>();
    String prefix = "p".repeat(random.nextInt(3) * random.nextInt(30));
    int characters = 1 + random.nextInt(CHARACTERS.length);
    for (int count = random.nextInt(200); count > 0; count--) {
      StringBuilder text = new StringBuilder(prefix);
      if (random.nextInt(4) == 0 && !strings.isEmpty()) {
        text = new StringBuilder(strings.get(random.nextInt(strings.size())));
      }
      for (int length = random.nextInt(12); length > 0; length--) {
        text.append(CHARACTERS[random.nextInt(characters)]);
      }
      strings.add(text.toString());
    }
    return strings;
  }

  @Test
  void orderAndHashesAreThoseOfStrings() {
    Random random = new Random(1);
    for (int trial = 0; trial < 300; trial++) {
      List<String> strings = random(random);
      Texts texts = pack(strings);
      Integer[] order = IntStream.range(0, strings.size()).boxed().toArray(Integer[]::new);
      Arrays.sort(order, Comparator.comparing(strings::get));
      assertArrayEquals(
          Arrays.stream(order).mapToInt(i -> i).toArray(),
          texts.sortedIndices(),
          () -> "" + strings);
      for (int k = 0; k < Math.min(20, strings.size()); k++) {
        int i = random.nextInt(strings.size());
        int j = random.nextInt(strings.size());
        assertEquals(strings.get(i), texts.get(i));
        assertEquals(
            Integer.signum(strings.get(i).compareTo(strings.get(j))),
            Integer.signum(Texts.compare(texts, i, texts, j)),
            () -> strings.get(i) + " and " + strings.get(j));
        assertEquals(Hashes.of(strings.get(i)), texts.hash(i), strings.get(i));
      }
    }
  }

  @Test
  void unionHoldsAllAndTellsWhereTheyAre() {
    Random random = new Random(2);
    for (int trial = 0; trial < 100; trial++) {
      TreeSet<String> texts = new TreeSet<>();
      TreeSet<Integer> ints = new TreeSet<>();
      List<Ids> sets = new ArrayList<>();
      for (int s = random.nextInt(9); s > 0; s--) {
        List<String> set = random(random);
        texts.addAll(set);
        for (int n = random.nextInt(20); n > 0; n--) {
          int id = random.nextInt(100) - 50;
          ints.add(id);
          set.add(Integer.toString(id));
        }
        sets.add(Ids.of(set.toArray(String[]::new)));
      }
      Union union = new Union(sets);
      List<String> expected = new ArrayList<>(ints.stream().map(String::valueOf).toList());
      expected.addAll(texts);
      assertEquals(Ids.of(expected.toArray(String[]::new)), union.ids());
      assertEquals(
          expected, IntStream.range(0, expected.size()).mapToObj(union.ids()::get).toList());
      for (int s = 0; s < sets.size(); s++) {
        Ids set = sets.get(s);
        assertEquals(union.ids().select(union.positions(s)), set);
      }
    }
  }

  @Test
  void dictionaryGrowsAndBeginsAnew() throws CharacterCodingException {
    IdDictionary dictionary = new IdDictionary();
    for (int round = 0; round < 2; round++) {
      IntArrayList codes = new IntArrayList();
      List<String> rows = new ArrayList<>();
      for (int r = 0; r < 5000; r++) {
        String id = "user-" + (r * 7919 % 2000 + round) + "\uD83C\uDFA7";
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        rows.add(id);
        codes.add(dictionary.code(bytes, 0, bytes.length));
      }
      int[] indices = new int[rows.size()];
      Ids ids = dictionary.finish(codes, indices);
      assertEquals(Ids.of(rows.toArray(String[]::new)), ids);
      for (int r = 0; r < indices.length; r++) {
        assertEquals(rows.get(r), ids.get(indices[r]));
      }
    }
  }

  @Test
  void whatIsNotUtf8IsRefusedAndAHalfOfAPairIsReplaced() {
    byte[] bytes = {'a', (byte) 0xED, (byte) 0xA0, (byte) 0x80};
    assertThrows(
        CharacterCodingException.class, () -> new IdDictionary().code(bytes, 0, bytes.length));
    assertEquals("a?", Ids.of("a\uD800").get(0));
  }
}
