package dev.beamals.csv;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.beam.sdk.io.Compression;

/** One set of rows, written in hundreds of ways: the same number, the same way. */
public final class Variations {
  private static final long START = 1_600_000_000;

  private final Random random;
  private final String delimiter;
  private final String quoting;
  private final String encoding;
  private final String mark;
  private final String lineEnd;
  private final String names;
  private final String packing;
  private final String ids;
  private final String missing;
  private final String decimal;
  private final String thousands;
  private final String preamble;
  private final String times;

  private Variations(int number) {
    this.random = new Random(number);
    this.quoting = pick("needed", "needed", "all", "single", "escaped", "lines", "none");
    this.delimiter = pick(",", ",", ";", "\t", "|", "::", " ", "whitespace", "^");
    String[] code =
        pick(
                "UTF-8:",
                "UTF-8:",
                "UTF-8:\uFEFF",
                "UTF-16LE:\uFEFF",
                "UTF-16BE:\uFEFF",
                "UTF-16LE:",
                "ISO-8859-1:",
                "windows-1252:")
            .split(":", -1);
    this.encoding = code[0];
    this.mark = code[1];
    this.lineEnd = pick("\n", "\n", "\r\n", "\r");
    this.names =
        pick(
            "user_id,video_id,watch_ratio,timestamp,title",
            "userId,movieId,rating,timestamp,title",
            "User ID,Product,Stars,Date,Name",
            "");
    this.packing = pick("", "", "gz", "zip", "bz2", "zst");
    this.ids = pick("1", "1", "1.0", "mixed", "1e0");
    this.missing = pick("", "NA", "NULL", "nan", "\\N", "missing");
    boolean quotes = !quoting.equals("none");
    String[] numbers =
        (quotes || delimiter.length() > 1
                ? pick(". ", ". ", ", ", ".,", ",.", ".'", ",  ")
                : pick(". ", ". ", delimiter.equals(",") ? ". " : ", "))
            .split("", -1);
    this.decimal = numbers[0];
    this.thousands = numbers.length > 3 ? " " : numbers[1].strip();
    this.preamble = pick("", "", "", "#", "%", "lines");
    this.times = pick("seconds", "seconds", "milliseconds", "iso", "dd.MM.yyyy");
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  @Override
  public String toString() {
    return String.join(
            "|",
            delimiter,
            quoting,
            encoding,
            mark.isEmpty() ? "" : "marked",
            lineEnd,
            names,
            packing,
            ids,
            missing,
            decimal,
            thousands,
            preamble,
            times)
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  /** Writes the set, and tells how. */
  public static Variations write(int number, Path file) throws IOException {
    Variations variation = new Variations(number);
    Files.write(file, variation.pack(variation.text()));
    return variation;
  }

  /** What is left of the set once it is clean, as of {@code user|item|rating|seconds}. */
  public static List<String> clean() {
    List<String> rows = new ArrayList<>();
    Random set = new Random(1);
    for (int i = 0; i < 120; i++) {
      Row row = Row.of(set, i);
      if (row.missing < 0) {
        rows.add(row.user + "|" + row.item + "|" + row.rating + "|" + row.time);
      }
    }
    return rows;
  }

  /**
   * @param missing the column that has nothing, or −1
   */
  private record Row(int user, int item, float rating, long time, String title, int missing) {
    static Row of(Random set, int i) {
      int user = 1 + set.nextInt(20);
      int item = 100 + set.nextInt(15);
      float rating = (i % 7 == 0 ? 1000 + set.nextInt(3000) : set.nextInt(10)) + i % 2 * 0.5f;
      long time = START + 60L * i;
      int missing = i % 30 == 3 ? 0 : i % 30 == 13 ? 2 : -1;
      return new Row(user, item, rating, time, i % 2 == 0 ? "Café " + i : "It's " + i, missing);
    }
  }

  private String text() {
    StringBuilder text = new StringBuilder(mark);
    if (preamble.equals("lines")) {
      text.append("Exported from the shop").append(lineEnd).append(lineEnd);
    } else if (!preamble.isEmpty()) {
      text.append(preamble).append(" made by hand").append(lineEnd);
      text.append(preamble).append(" of 120 rows").append(lineEnd);
    }
    if (!names.isEmpty()) {
      text.append(line(List.of(names.split(","))));
    }
    Random set = new Random(1);
    for (int i = 0; i < 120; i++) {
      Row row = Row.of(set, i);
      List<String> fields =
          List.of(
              row.missing == 0 ? (missing.equals("missing") ? "" : missing) : id(row.user, i),
              id(row.item, i + 1),
              row.missing == 2 ? missing : number(row.rating),
              time(row.time),
              title(row.title, i));
      text.append(line(fields));
    }
    return text.toString();
  }

  private String id(int id, int i) {
    return switch (ids) {
      case "1.0" -> id + decimal + "0";
      case "1e0" -> id + "e0";
      case "mixed" -> i % 3 == 0 ? id + decimal + "0" : Integer.toString(id);
      default -> Integer.toString(id);
    };
  }

  private String number(float value) {
    int whole = (int) value;
    String text =
        whole >= 1000 && !thousands.isEmpty()
            ? whole / 1000 + thousands + String.format(Locale.ROOT, "%03d", whole % 1000)
            : Integer.toString(whole);
    return value == whole ? text : text + decimal + "5";
  }

  private String time(long seconds) {
    LocalDateTime time = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
    return switch (times) {
      case "milliseconds" -> seconds + "000";
      case "iso" -> time.toString().length() == 16 ? time + ":00" : time.toString();
      case "seconds" -> Long.toString(seconds);
      default -> time.format(DateTimeFormatter.ofPattern("dd.MM.yyyy HH:mm:ss"));
    };
  }

  private String title(String title, int i) {
    if (quoting.equals("none")) {
      return title.replace(' ', '_').replace("'", "");
    }
    String much = i % 5 == 0 ? title + ", " + delimiter + " a \"quoted\" 'word'" : title;
    return quoting.equals("lines") && i % 4 == 0 ? much + "\nline two" : much;
  }

  private String line(List<String> fields) {
    StringBuilder line = new StringBuilder();
    String quote = quoting.equals("single") ? "'" : "\"";
    String escape = quoting.equals("escaped") ? "\\" : quote;
    boolean blanks = delimiter.equals("whitespace");
    for (int i = 0; i < fields.size(); i++) {
      String field = fields.get(i);
      boolean special =
          field.isEmpty()
              || field.contains(delimiter)
              || field.contains(quote)
              || field.contains("\n")
              || (blanks && field.contains(" "));
      boolean quoted = quoting.equals("all") || (special && !quoting.equals("none"));
      line.append(i == 0 ? "" : blanks ? "   ".substring(i % 3) : delimiter)
          .append(
              quoted
                  ? quote + field.replace(quote, escape + quote) + quote
                  : blanks || delimiter.equals(" ") ? field.replace(' ', 'T') : field);
    }
    return line.append(lineEnd).toString();
  }

  private byte[] pack(String text) throws IOException {
    byte[] bytes = text.getBytes(Charset.forName(encoding));
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    switch (packing) {
      case "gz" -> write(Compression.GZIP, packed, bytes);
      case "bz2" -> write(Compression.BZIP2, packed, bytes);
      case "zst" -> write(Compression.ZSTD, packed, bytes);
      case "zip" -> {
        try (ZipOutputStream zip = new ZipOutputStream(packed)) {
          zip.putNextEntry(new ZipEntry("rows.txt"));
          zip.write(bytes);
        }
      }
      default -> packed.write(bytes);
    }
    return packed.toByteArray();
  }

  private static void write(Compression packing, OutputStream out, byte[] bytes)
      throws IOException {
    try (WritableByteChannel channel = packing.writeCompressed(Channels.newChannel(out))) {
      channel.write(ByteBuffer.wrap(bytes));
    }
  }
}
