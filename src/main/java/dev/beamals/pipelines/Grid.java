package dev.beamals.pipelines;

import dev.beamals.als.AlsParameters;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The values of parameters that are to be tried.
 *
 * <p>A parameter is given as values and ranges, separated by commas: {@code 10,32,64}, {@code
 * 0.01:1:5} (five values from 0.01 to 1, equally far apart), {@code 0.01:1:log:5} (each so many
 * times the one before). A range without a number, {@code 0.01:1:log}, is drawn from at random.
 */
final class Grid {
  /** More than anybody waits for: a slip of the hand. */
  private static final int MOST_TRIALS = 10_000;

  private static final MathContext DIGITS = new MathContext(6, RoundingMode.HALF_EVEN);
  private static final Set<String> WHOLE =
      AlsParameters.create().toMap().entrySet().stream()
          .filter(p -> p.getValue() instanceof Integer || p.getValue() instanceof Long)
          .map(Map.Entry::getKey)
          .collect(Collectors.toSet());

  /** The values of a parameter: some, or a range to draw from. */
  private sealed interface Choice {
    Object draw(SplittableRandom random);
  }

  private record Some(List<Object> values) implements Choice {
    @Override
    public Object draw(SplittableRandom random) {
      return values.get(random.nextInt(values.size()));
    }
  }

  private record Range(double from, double to, boolean log, boolean whole) implements Choice {
    @Override
    public Object draw(SplittableRandom random) {
      return number(at(random.nextDouble()), whole);
    }

    /**
     * @param share of the way, 0 to 1
     */
    double at(double share) {
      return log ? from * StrictMath.pow(to / from, share) : from * (1 - share) + to * share;
    }
  }

  private final Map<String, Choice> choices = new LinkedHashMap<>();

  private Grid() {}

  /**
   * Reads the flags.
   *
   * @param flags what parameters were given, by their names
   * @throws UsageException naming the flag and what was expected
   */
  static Grid of(Map<String, String> flags) {
    Grid grid = new Grid();
    for (String name : AlsParameters.names()) { // in one order, whatever that of the flags
      String text = flags.get(name);
      if (text != null) {
        grid.choices.put(name, choice(name, text));
      }
    }
    return grid;
  }

  private static Choice choice(String name, String text) {
    String flag = "--" + name + "=" + text;
    Set<Object> values = new LinkedHashSet<>();
    String[] parts = text.split(",", -1);
    for (String part : parts) {
      if (!part.contains(":")) {
        Command.require(!part.isBlank(), "%s: expected values, separated by commas", flag);
        values.add(value(part.strip()));
        continue;
      }
      String[] words = part.split(":", -1);
      boolean log = words.length > 2 && words[2].equals("log");
      int steps = log ? 3 : 2;
      Range range;
      try {
        range =
            new Range(
                Double.parseDouble(words[0]),
                Double.parseDouble(words[1]),
                log,
                WHOLE.contains(name));
        Command.require(
            Double.isFinite(range.from())
                && Double.isFinite(range.to())
                && range.from() < range.to()
                && !(log && range.from() <= 0)
                && words.length <= steps + 1,
            "%s: expected from:to:steps or from:to:log:steps, from below to, and above 0 with log",
            flag);
        if (words.length == steps) {
          Command.require(parts.length == 1, "%s: expected steps, as %s:5", flag, part);
          return range;
        }
        int count = Integer.parseInt(words[steps]);
        Command.require(count >= 2 && count <= MOST_TRIALS, "%s: expected 2 steps or more", flag);
        for (int i = 0; i < count; i++) {
          values.add(number(range.at(i / (count - 1.0)), range.whole()));
        }
      } catch (NumberFormatException e) {
        throw new UsageException(flag + ": expected from:to:steps or from:to:log:steps");
      }
    }
    return new Some(List.copyOf(values));
  }

  private static Object value(String text) {
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    try {
      return plain(new BigDecimal(text));
    } catch (NumberFormatException e) {
      return text; // the parameter itself says whether it is one of its words
    }
  }

  private static Object number(double value, boolean whole) {
    return whole ? (Object) Math.round(value) : plain(new BigDecimal(value).round(DIGITS));
  }

  /** The same number in one way, whether it was written as 10, 10.0 or 1e1. */
  private static Object plain(BigDecimal number) {
    double value = number.doubleValue();
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? (Object) (long) value
        : (Object) value;
  }

  /** The parameters that vary, in the order of {@link AlsParameters#names}. */
  List<String> names() {
    return List.copyOf(choices.keySet());
  }

  /**
   * What to try, each as the values of {@link #names}: all combinations, the last parameter varying
   * fastest; or some of them, in that order, or drawn from ranges.
   *
   * @param maxTrials how many at most, or null for all
   * @param seed decides which
   * @throws UsageException where there are too many
   */
  List<Map<String, Object>> trials(@Nullable Integer maxTrials, long seed) {
    Command.require(
        maxTrials == null || (maxTrials >= 1 && maxTrials <= MOST_TRIALS),
        "--maxTrials=%s: expected 1 to %s",
        maxTrials,
        MOST_TRIALS);
    long combinations = 1;
    boolean ranges = false;
    for (Map.Entry<String, Choice> choice : choices.entrySet()) {
      if (choice.getValue() instanceof Some some) {
        combinations = Math.min(Integer.MAX_VALUE, combinations * some.values().size());
      } else {
        ranges = true;
        Command.require(
            maxTrials != null,
            "--%s: is a range without steps; expected with --maxTrials",
            choice.getKey());
      }
    }
    SplittableRandom random = new SplittableRandom(seed);
    if (ranges && maxTrials != null) {
      Set<Map<String, Object>> drawn = new LinkedHashSet<>();
      // Whole numbers may be few: so many attempts find what there is.
      for (int attempt = 0; drawn.size() < maxTrials && attempt < 20 * maxTrials; attempt++) {
        Map<String, Object> trial = new LinkedHashMap<>();
        choices.forEach((name, choice) -> trial.put(name, choice.draw(random)));
        drawn.add(trial);
      }
      return List.copyOf(drawn);
    }
    int count = (int) combinations;
    if (maxTrials == null || maxTrials >= count) {
      Command.require(
          count <= MOST_TRIALS,
          "%s combinations: expected at most %s, or --maxTrials",
          count == Integer.MAX_VALUE ? "too many" : count,
          MOST_TRIALS);
      List<Map<String, Object>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(combination(i));
      }
      return all;
    }
    Set<Integer> some = new TreeSet<>();
    while (some.size() < maxTrials) {
      some.add(random.nextInt(count));
    }
    return some.stream().map(this::combination).toList();
  }

  private Map<String, Object> combination(int number) {
    Object[] values = new Object[choices.size()];
    List<Choice> all = List.copyOf(choices.values());
    int rest = number;
    for (int i = values.length - 1; i >= 0; i--) {
      List<Object> some = ((Some) all.get(i)).values();
      values[i] = some.get(rest % some.size());
      rest /= some.size();
    }
    Map<String, Object> trial = new LinkedHashMap<>();
    int i = 0;
    for (String name : choices.keySet()) {
      trial.put(name, values[i++]);
    }
    return trial;
  }
}
