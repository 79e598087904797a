package dev.beamals.csv;

import dev.beamals.ids.Side;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A column of ids has texts, and numbers in a notation that makes a difference, as in {@code 1.0}:
 * whether that is {@code 1} was assumed while reading, and has to be chosen by {@link
 * CsvFormat#withIdType}.
 */
public final class MixedIdsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Spark gives the driver a failure of an executor as text. */
  private static final Pattern REMOTE =
      Pattern.compile(
          Pattern.quote(MixedIdsException.class.getName())
              + ": ([^\\n]*: (user|item)Col: [^\\n]*)");

  private final Side side;

  private MixedIdsException(Side side, String message) {
    super(message);
    this.side = side;
  }

  static MixedIdsException of(String input, Side side, IdNotations ids) {
    return new MixedIdsException(
        side,
        String.format(
            "%s: %sCol: %,d ids look like numbers that are written in another way, as 1.0 for 1, and"
                + " %,d are no numbers; expected idType=string, to take ids as they are written",
            input, side == Side.USER ? "user" : "item", ids.converted(), ids.texts()));
  }

  /** The column. */
  public Side side() {
    return side;
  }

  /** The first one among {@code failure} and its causes, or null. */
  public static @Nullable MixedIdsException in(Throwable failure) {
    Set<Throwable> seen = new HashSet<>();
    for (Throwable t = failure; t != null && seen.add(t); t = t.getCause()) {
      if (t instanceof MixedIdsException mixed) {
        return mixed;
      }
      Matcher remote = REMOTE.matcher(String.valueOf(t.getMessage()));
      if (remote.find()) {
        return new MixedIdsException(
            remote.group(2).equals("user") ? Side.USER : Side.ITEM, remote.group(1));
      }
    }
    return null;
  }
}
