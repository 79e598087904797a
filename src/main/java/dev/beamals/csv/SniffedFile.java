package dev.beamals.csv;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a file looks like.
 *
 * @param kind CSV, Parquet, JSON or lines of JSON
 * @param packing as in gzip; empty where it is not packed
 * @param encoding of its characters
 * @param format how it can be read
 * @param report what cleaning a sample of its rows by that gave; null where they cannot be read
 * @param defect why they cannot, or null
 * @param parameters those of the format that differ from {@link CsvFormat#create}, as in {@code
 *     delimiter=';'}
 */
public record SniffedFile(
    String file,
    String kind,
    String packing,
    String encoding,
    CsvFormat format,
    List<Column> columns,
    @Nullable CleaningReport report,
    @Nullable String defect,
    List<String> parameters) {
  static final String CSV = "CSV";

  /**
   * How its fields are written, by the names of the parameters; without what it has not, and empty
   * where it is no CSV.
   */
  public Map<String, String> dialect() {
    if (!kind.equals(CSV)) {
      return Map.of();
    }
    Map<String, String> dialect = new LinkedHashMap<>();
    for (CsvParameter parameter : CsvParameter.values()) {
      String value = parameter.text(format);
      if (!parameter.isOfColumns() && !value.isEmpty()) {
        dialect.put(parameter.parameter(), value);
      }
    }
    return dialect;
  }

  /** What a column looks like. */
  public enum Type {
    WHOLE_NUMBERS("whole numbers"),
    NUMBERS("numbers"),
    TIMES("times"),
    TRUE_OR_FALSE("true or false"),
    TEXT("text"),
    EMPTY("empty");

    private final String words;

    Type(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /**
   * A column.
   *
   * @param name its name, or its number from 1 where it has none
   * @param values the first three that differ
   * @param role user, item, rating or timestamp; empty for any other
   */
  public record Column(String name, Type type, List<String> values, String role) {}
}
