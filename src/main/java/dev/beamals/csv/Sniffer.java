package dev.beamals.csv;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.beamals.RunException;
import dev.beamals.files.FolderFiles;
import dev.beamals.ids.Side;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how a file is written, by a sample of it.
 *
 * <p>Of every delimiter and quote that are in use the sample is split by each pair, and the one is
 * taken by which most rows have the same number of fields, and most fields are numbers, times, or
 * true or false. What else there is follows from the rows. What was found is tried: rows of the
 * sample are read and cleaned by it as a run would. The same file gives the same answer.
 */
public final class Sniffer {
  private static final List<String> DELIMITERS =
      List.of(",", "\t", ";", "|", "::", ", ", " ", CsvDialect.WHITESPACE, "^", "~", "\u0001");

  private static final List<String> COMMENTS = List.of("#", "%");
  private static final List<String> TIMES =
      List.of(
          "yyyy/MM/dd HH:mm:ss",
          "yyyy/MM/dd HH:mm",
          "yyyy/MM/dd",
          "dd.MM.yyyy HH:mm:ss",
          "dd.MM.yyyy HH:mm",
          "dd.MM.yyyy",
          "MM/dd/yyyy HH:mm:ss",
          "MM/dd/yyyy HH:mm",
          "MM/dd/yyyy",
          "dd/MM/yyyy HH:mm:ss",
          "dd/MM/yyyy HH:mm",
          "dd/MM/yyyy",
          "dd-MM-yyyy HH:mm:ss",
          "dd-MM-yyyy HH:mm",
          "dd-MM-yyyy",
          "EEE MMM dd HH:mm:ss xx yyyy",
          "MMM d, yyyy",
          "d MMM yyyy");

  private static final Pattern TYPED =
      Pattern.compile(
          "[+-]?(\\d+([.,]\\d*)?|[.,]\\d+|\\d{1,3}([., ']\\d{3})+([.,]\\d*)?)([eE][+-]?\\d+)?"
              + "|\\d{1,4}([-./])\\d{1,2}\\6\\d{1,4}([ T]\\d{1,2}:\\d{2}.*)?"
              + "|(?i:true|false)");

  /** Decimal point and thousands separator, and the numbers that are written so. */
  private record Notation(String decimal, String thousands, Pattern numbers) {
    static Notation of(String decimal, String thousands) {
      String point = Pattern.quote(decimal);
      String whole =
          thousands.isEmpty()
              ? "\\d+"
              : "(0|[1-9]\\d*|[1-9]\\d{0,2}(" + Pattern.quote(thousands) + "\\d{3})+)";
      return new Notation(
          decimal,
          thousands,
          Pattern.compile(
              "[+-]?(" + whole + "(" + point + "\\d*)?|" + point + "\\d+)([eE][+-]?\\d+)?"));
    }
  }

  private static final List<Notation> NOTATIONS =
      List.of(
          Notation.of(".", ""),
          Notation.of(".", ","),
          Notation.of(",", ""),
          Notation.of(",", "."),
          Notation.of(".", " "),
          Notation.of(",", " "),
          Notation.of(".", "'"),
          Notation.of(",", "'"));

  private static final Pattern USER =
      Pattern.compile(
          ".*(user|customer|member|visitor|account|reviewer|profile|person|client|session).*|u|uid|src");
  private static final Pattern ITEM =
      Pattern.compile(
          ".*(item|movie|film|video|product|song|track|artist|book|game|business|article|anime|asin"
              + "|isbn|sku|photo|content|repo|listing|joke|recipe|beer).*|i|iid|dst");
  private static final Pattern RATING =
      Pattern.compile(
          ".*(rating|score|stars|watchratio|overall|listens|plays|count|weight|rate).*|r|value"
              + "|quantity|like|liked");
  private static final Pattern TIME =
      Pattern.compile(".*(timestamp|time|date).*|day|ts|t|createdat|when");

  /** Enough to tell delimiter and quotes. */
  private static final int MOST_CHARACTERS = 64 << 10;

  private static final int MOST_COLUMNS = 1000;
  private static final int MOST_SKIPPED = 20;

  /** Of a file that is no CSV. */
  private static final int MOST_ROWS = 4000;

  private final String file;
  private final CsvFormat given;
  private final String kind;
  private final Sample sample;
  private final String encoding;
  private final String text;
  private CsvDialect dialect = CsvDialect.create();
  private List<String> names = List.of();
  private List<List<String>> rows = List.of();
  private boolean header;
  private final Map<String, Integer> roles = new LinkedHashMap<>();

  private Sniffer(String file, CsvFormat given) throws IOException {
    this.file = file;
    this.given = given;
    boolean parquet = Packing.isParquet(file);
    JsonFields json = parquet ? null : JsonFields.of(file);
    if (parquet) {
      this.kind = "Parquet";
      this.sample = Sample.of(csv(ParquetBatches.sample(file, MOST_ROWS)));
    } else if (json != null) {
      this.kind = json.kind() == CsvFile.Kind.JSON ? "JSON" : "lines of JSON";
      this.sample = Sample.of(csv(sample(file, json.names())));
    } else {
      this.kind = SniffedFile.CSV;
      this.sample = Sample.of(file);
    }
    this.encoding = encoding();
    this.text = sample.text(encoding);
  }

  /** The first objects of a file of JSON as texts, behind their names. */
  private static List<List<String>> sample(String file, List<String> names) throws IOException {
    List<List<String>> rows = new ArrayList<>(List.of(names));
    CsvLine line = new CsvLine(names.size());
    try (JsonReader objects = new JsonReader(file, new JsonLine(line, names))) {
      while (rows.size() <= MOST_ROWS && objects.next()) {
        rows.add(line.texts());
      }
    } catch (RunException e) {
      if (rows.size() == 1) {
        throw e;
      }
      // as far as it can be read
    }
    return rows;
  }

  /** Rows as a text of CSV. */
  private static byte[] csv(List<List<String>> rows) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      rows.forEach(csv::writeRecord);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Looks at a file.
   *
   * @param given what its columns are called, where it has these, and all that cannot be seen
   * @throws RunException where it cannot be read
   */
  public static SniffedFile sniff(String file, CsvFormat given) {
    try {
      boolean packed = Packing.isPacked(file); // refuses what is no table
      Sniffer sniffer = new Sniffer(file, given);
      CsvFormat format = sniffer.find();
      if (sniffer.names.size() == 1) {
        String only = sniffer.header ? sniffer.names.get(0) : "1";
        format = format.withPairs(only, only);
      }
      IdType type = sniffer.idType();
      format = format.withIdType(Side.USER, type).withIdType(Side.ITEM, type);
      Trial trial = sniffer.read(format);
      if (!sniffer.kind.equals(SniffedFile.CSV)) {
        format = format.withDialect(CsvDialect.create());
      }
      List<SniffedFile.Column> columns = new ArrayList<>();
      for (int i = 0; i < sniffer.names.size(); i++) {
        columns.add(sniffer.column(i));
      }
      List<String> changes = new ArrayList<>();
      for (CsvParameter change : CsvParameter.differences(format, CsvFormat.create())) {
        if (sniffer.names.size() > 1 || !change.isColumn()) {
          changes.add(change.describe(format));
        }
      }
      return new SniffedFile(
          file,
          sniffer.kind,
          packed ? Packing.kind(file) : "",
          sniffer.encoding,
          format,
          columns,
          trial.report,
          trial.defect,
          changes);
    } catch (IOException e) {
      throw new RunException(file + ": " + Packing.reason(file, e), e);
    }
  }

  /**
   * What would mend a read that failed: nothing, unless a sample of the file is read better by it.
   *
   * @param format how it was read
   * @return as in {@code " (is it delimiter=';'?)"}, or empty; where several columns could be of a
   *     side or rating, with all of them
   */
  static String hint(String file, CsvFormat format) {
    try {
      if (!canBeReadAgain(file)) {
        return "";
      }
      Sniffer sniffer = new Sniffer(file, format);
      return sniffer.hint(sniffer.find());
    } catch (IOException | RuntimeException e) {
      return ""; // the failure itself is what is to be told
    }
  }

  private static boolean canBeReadAgain(String file) {
    int entry = file.indexOf("!/");
    String name = entry < 0 ? file : file.substring(0, entry);
    return FolderFiles.isRemote(name) || Files.isRegularFile(FolderFiles.local(name));
  }

  private String hint(CsvFormat found) {
    Trial before = read(given);
    CsvFormat better = found;
    Trial best = read(better);
    boolean twoColumns = !given.userCol().equals(given.itemCol());
    if (!best.isBetterThan(before) || (twoColumns && names.size() < 2)) {
      return "";
    }
    for (CsvParameter change : CsvParameter.differences(better, given)) {
      CsvFormat without = change.copy(better, given);
      Trial trial = read(without);
      if (!best.isBetterThan(trial)) {
        better = without;
        best = trial;
      }
    }
    CsvFormat mended = better;
    List<String> changes =
        CsvParameter.differences(mended, given).stream().map(c -> c.describe(mended)).toList();
    return changes.isEmpty() ? "" : " (is it " + String.join(" ", changes) + others(mended) + "?)";
  }

  /** Other columns that could be meant, by their names, as in {@code ", or userCol=uid"}. */
  private String others(CsvFormat mended) {
    StringBuilder others = new StringBuilder();
    for (CsvParameter change : CsvParameter.differences(mended, given)) {
      for (String name : header ? change.usualColumns(names) : List.<String>of()) {
        if (!roles.containsValue(names.indexOf(name))) {
          others.append(", or ").append(change.describe(name));
        }
      }
    }
    return others.toString();
  }

  /**
   * What reading the sample gave.
   *
   * @param defect why it cannot be read at all, or null
   * @param unknown how many characters are not in the encoding
   */
  private record Trial(@Nullable CleaningReport report, @Nullable String defect, long unknown) {
    private long kept() {
      return report == null || defect != null ? -1 : report.kept();
    }

    private long lost() {
      return unknown + (report == null ? 0 : report.rejected() + report.unusable());
    }

    boolean isBetterThan(Trial other) {
      return kept() > other.kept() || (kept() == other.kept() && lost() < other.lost());
    }
  }

  /** Reads and cleans the sample as a run would. */
  private Trial read(CsvFormat as) {
    String marked = RecordReader.markedEncoding(sample.beginning());
    String characters = sample.text(marked == null ? as.dialect().encoding() : marked);
    long unknown = characters.chars().filter(c -> c == 0xFFFD).count();
    CsvFormat utf8 = as.withDialect(as.dialect().withEncoding("UTF-8"));
    try {
      byte[] bytes = whole(characters, utf8.dialect()).getBytes(StandardCharsets.UTF_8);
      byte[] firstLine = firstLine(characters).getBytes(StandardCharsets.UTF_8);
      CsvLayout layout =
          CsvFile.layout(file, firstLine, () -> new ByteArrayInputStream(bytes), utf8);
      if (layout == null) {
        return new Trial(new CleaningReport(), null, unknown);
      }
      CsvParser parser = new CsvParser(file, layout);
      RowBatch batch;
      if (utf8.dialect().isPlain()) {
        batch = parser.parse(bytes, 0, bytes.length, 0, -1);
      } else {
        try (RecordReader records =
            new RecordReader(
                file, () -> new ByteArrayInputStream(bytes), utf8.dialect(), parser.line())) {
          if (utf8.header()) {
            records.next();
          }
          batch = parser.parse(records, 0, Long.MAX_VALUE, -1);
        }
      }
      CleaningReport report =
          batch == null ? new CleaningReport() : CleanRatings.clean(batch, true).report();
      String open = report.openQuote();
      return new Trial(report, open == null ? null : open + ": a quote is open", unknown);
    } catch (RunException | IOException e) {
      return new Trial(null, e.getMessage(), unknown);
    }
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  /** The text up to its last line end that is not in quotes. */
  private static String whole(String text, CsvDialect dialect) {
    if (!dialect.multiLine() || dialect.quote().isEmpty()) {
      return text;
    }
    char quote = dialect.quote().charAt(0);
    boolean open = false;
    int end = 0;
    for (int p = 0; p < text.length(); p++) {
      char c = text.charAt(p);
      open ^= c == quote;
      if (!open && (c == '\n' || c == '\r')) {
        end = p + 1;
      }
    }
    return open && end > 0 ? text.substring(0, end) : text;
  }

  private String encoding() {
    byte[] beginning = sample.beginning();
    String marked = RecordReader.markedEncoding(beginning);
    if (marked != null) {
      return marked;
    }
    int[] zeros = new int[2];
    for (int i = 0; i < beginning.length; i++) {
      zeros[i % 2] += beginning[i] == 0 ? 1 : 0;
    }
    if (Math.max(zeros[0], zeros[1]) > beginning.length / 6 && zeros[0] != zeros[1]) {
      return zeros[1] > zeros[0] ? "UTF-16LE" : "UTF-16BE";
    }
    if (sample.text("UTF-8").indexOf(0xFFFD) < 0) {
      return "UTF-8";
    }
    return sample.hasControls() ? "windows-1252" : "ISO-8859-1";
  }

  /**
   * Rows of a text.
   *
   * @param lines for each the number of its line, from 1
   * @param share how much of the text they are
   */
  private record Split(List<List<String>> rows, List<Long> lines, double share) {
    /** What most rows have, the greater number where two are as frequent. */
    int columns() {
      Map<Integer, Integer> counts = new TreeMap<>();
      rows.forEach(row -> counts.merge(row.size(), 1, Integer::sum));
      int columns = 0;
      for (Map.Entry<Integer, Integer> count : counts.entrySet()) {
        if (count.getValue() >= counts.getOrDefault(columns, 0)) {
          columns = count.getKey();
        }
      }
      return columns;
    }

    double score() {
      int columns = columns();
      long consistent = 0;
      double typed = 0;
      for (List<String> row : rows) {
        if (row.size() == columns) {
          consistent++;
          for (String field : row) {
            typed += field.isEmpty() ? 0.5 : TYPED.matcher(field).matches() ? 1 : 0;
          }
        }
      }
      if (columns < 2) {
        return 0.2 * share;
      }
      return share * consistent / rows.size() * (0.5 + typed / consistent / columns)
          + 0.001 * Math.min(columns, 20);
    }
  }

  private Split split(String characters, CsvDialect as, int most) {
    CsvLine line = new CsvLine(MOST_COLUMNS);
    List<List<String>> all = new ArrayList<>();
    List<Long> lines = new ArrayList<>();
    byte[] bytes = characters.getBytes(StandardCharsets.UTF_8);
    boolean ended = false;
    try (RecordReader records =
        new RecordReader(
            file,
            () -> new ByteArrayInputStream(bytes),
            as.withEncoding("UTF-8").withMultiLine(true),
            line)) {
      while (all.size() < most && !ended) {
        ended = !records.next();
        if (!ended) {
          all.add(line.texts());
          lines.add(records.line());
        }
      }
    } catch (RunException | IOException e) {
      // as far as it can be split by this dialect
    }
    long last = lines.isEmpty() ? 0 : lines.get(lines.size() - 1);
    long count = characters.lines().count();
    return new Split(all, lines, ended || count == 0 ? 1 : (double) last / (count + 1));
  }

  private CsvFormat find() {
    boolean csv = kind.equals(SniffedFile.CSV);
    if (csv) {
      findDialect();
    }
    Split split = split(whole(text, dialect.withMultiLine(true)), dialect, Integer.MAX_VALUE);
    int columns = split.columns();
    List<List<String>> all = split.rows;
    int first = 0;
    while (first < Math.min(all.size(), MOST_SKIPPED) && all.get(first).size() != columns) {
      first++;
    }
    if (first > 0 && first < all.size() && first < MOST_SKIPPED) {
      dialect = dialect.withSkipLines((int) (split.lines.get(first) - 1));
      all = all.subList(first, all.size());
    }
    all = all.stream().filter(row -> row.size() == columns).toList();
    for (List<String> row : all) {
      dialect =
          row.stream().anyMatch(field -> field.indexOf('\n') >= 0 || field.indexOf('\r') >= 0)
              ? dialect.withMultiLine(true)
              : dialect;
    }
    List<String> line1 = all.isEmpty() ? List.of() : all.get(0);
    rows = all.isEmpty() ? all : all.subList(1, all.size());
    if (csv) {
      findNotation(all);
    }
    header = !csv || isHeader(line1);
    List<String> numbers = IntStream.rangeClosed(1, columns).mapToObj(Integer::toString).toList();
    names = header ? line1 : numbers;
    rows = header ? rows : all;
    findRoles();
    CsvFormat format = format();
    CsvFormat quoted = CsvParameter.QUOTE.copy(format, CsvFormat.create());
    return read(format).isBetterThan(read(quoted)) ? format : quoted; // a header may have odd ones
  }

  private void findDialect() {
    String part = text.substring(0, Math.min(text.length(), MOST_CHARACTERS));
    part = part.length() < text.length() ? part.substring(0, part.lastIndexOf('\n') + 1) : part;
    part = part.isEmpty() ? text : part;
    for (String comment : COMMENTS) {
      List<String> lines = part.lines().toList();
      long comments = lines.stream().filter(line -> line.startsWith(comment)).count();
      if (comments > 0 && 2 * comments < lines.size() && dialect.comment().isEmpty()) {
        dialect = dialect.withComment(comment);
      }
    }
    double best = -1;
    CsvDialect with = dialect;
    for (String delimiter : DELIMITERS) {
      String character = delimiter.equals(CsvDialect.WHITESPACE) ? " " : delimiter;
      if (!delimiter.equals(",") && !part.contains(character)) {
        continue;
      }
      for (String quote : List.of("\"", "'", "")) {
        if (quote.equals("'") && !part.contains(quote)) {
          continue;
        }
        for (String escape : List.of("", "\\")) {
          if (!escape.isEmpty() && (quote.isEmpty() || !part.contains(escape + quote))) {
            continue;
          }
          CsvDialect candidate = with.withDelimiter(delimiter).withQuote(quote);
          candidate = escape.isEmpty() ? candidate : candidate.withEscape(escape);
          double score = split(part, candidate, Integer.MAX_VALUE).score();
          if (score > best + 1e-9) {
            best = score;
            dialect = candidate;
          }
        }
      }
    }
    if (!dialect.comment().isEmpty()) { // a header may begin so
      CsvDialect without = dialect.withComment("");
      Split split = split(part, without, 2);
      long comments = part.lines().filter(line -> line.startsWith(with.comment())).count();
      if (comments == 1
          && split.rows.size() == 2
          && split.rows.get(0).size() > 1
          && split.rows.get(0).size() == split.rows.get(1).size()
          && split.rows.get(0).get(0).startsWith(with.comment())) {
        dialect = without;
      }
    }
  }

  private void findNotation(List<List<String>> all) {
    long most = 0;
    for (Notation notation : NOTATIONS) {
      long numbers =
          all.stream()
              .flatMap(List::stream)
              .filter(field -> notation.numbers.matcher(field).matches())
              .count();
      if (numbers > most) {
        most = numbers;
        dialect = dialect.withDecimal(notation.decimal).withThousands(notation.thousands);
      }
    }
  }

  /** Whether no field of a line is a number, and some column has them; or names it has. */
  private boolean isHeader(List<String> line1) {
    boolean typed = false;
    for (int i = 0; i < line1.size(); i++) {
      if (TYPED.matcher(line1.get(i)).matches()) {
        return false;
      }
      typed |= type(i) != SniffedFile.Type.TEXT && type(i) != SniffedFile.Type.EMPTY;
    }
    if (typed || rows.isEmpty()) {
      return true;
    }
    int known = 0;
    for (int i = 0; i < line1.size(); i++) {
      int column = i;
      String name = bare(line1.get(i));
      known += USER.matcher(name).matches() || ITEM.matcher(name).matches() ? 1 : 0;
      if (rows.stream().anyMatch(row -> row.get(column).equals(line1.get(column)))) {
        return false;
      }
    }
    return known > 0;
  }

  private static String bare(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  private boolean isMissing(String field) {
    byte[] bytes = field.strip().getBytes(StandardCharsets.UTF_8);
    return given.nullValues().isMissing(bytes, 0, bytes.length);
  }

  private List<String> values(int column) {
    return rows.stream().map(row -> row.get(column)).filter(field -> !isMissing(field)).toList();
  }

  private boolean isNumber(String field) {
    for (Notation notation : NOTATIONS) {
      if (notation.decimal.equals(dialect.decimal())
          && notation.thousands.equals(dialect.thousands())) {
        return notation.numbers.matcher(field).matches();
      }
    }
    return false;
  }

  private SniffedFile.Type type(int column) {
    List<String> values = values(column);
    long numbers = values.stream().filter(this::isNumber).count();
    if (values.isEmpty()) {
      return SniffedFile.Type.EMPTY;
    }
    if (5 * numbers >= 4L * values.size()) {
      boolean fractions =
          values.stream().anyMatch(value -> isNumber(value) && value.contains(dialect.decimal()));
      return fractions ? SniffedFile.Type.NUMBERS : SniffedFile.Type.WHOLE_NUMBERS;
    }
    if (values.stream().allMatch(value -> value.matches("(?i:true|false)"))) {
      return SniffedFile.Type.TRUE_OR_FALSE;
    }
    return timePattern(values) == null ? SniffedFile.Type.TEXT : SniffedFile.Type.TIMES;
  }

  /** The pattern of times, empty for ISO 8601; null where they have none. */
  private @Nullable String timePattern(List<String> values) {
    List<String> patterns = new ArrayList<>(List.of(given.timestampFormat(), ""));
    patterns.addAll(TIMES);
    for (String pattern : patterns) {
      TimeText times = new TimeText("UTC", pattern);
      int parsed = 0;
      for (String value : values) {
        try {
          times.parse(value);
          parsed++;
        } catch (NumberFormatException e) {
          if (parsed == 0) {
            break;
          }
        }
      }
      if (parsed > 0 && 5L * parsed >= 4L * values.size()) {
        return pattern;
      }
    }
    return null;
  }

  private SniffedFile.Column column(int column) {
    List<String> three = values(column).stream().distinct().limit(3).toList();
    String role = "";
    for (Map.Entry<String, Integer> known : roles.entrySet()) {
      role = known.getValue() == column ? known.getKey() : role;
    }
    return new SniffedFile.Column(
        header ? names.get(column) : Integer.toString(column + 1), type(column), three, role);
  }

  private void findRoles() {
    findRole("user", given.userCol(), USER, this::isId, true);
    findRole("item", given.itemCol(), ITEM, this::isId, true);
    findRole("timestamp", given.timestampCol(), TIME, this::isTime, false);
    findRole("rating", given.ratingCol(), RATING, this::isRating, false);
    for (String side : List.of("user", "item")) {
      for (int i = 0; i < names.size() && !roles.containsKey(side); i++) {
        if (!roles.containsValue(i) && isId(i)) {
          roles.put(side, i);
        }
      }
    }
    for (int i = 0; i < names.size() && !header && !roles.containsKey("timestamp"); i++) {
      if (!roles.containsValue(i) && isTime(i)) {
        roles.put("timestamp", i);
      }
    }
    for (int i = 0; i < names.size() && !roles.containsKey("rating"); i++) {
      boolean id = header && bare(names.get(i)).endsWith("id");
      if (!roles.containsValue(i) && isRating(i) && !isTime(i) && !id) {
        roles.put("rating", i);
      }
    }
  }

  private void findRole(
      String role, String column, Pattern name, IntPredicate fits, boolean preferIds) {
    int index = column.isEmpty() || !header ? -1 : CsvLayout.resolve(column, names);
    for (boolean ids : preferIds ? new boolean[] {true, false} : new boolean[] {false}) {
      for (int i = 0; header && i < names.size() && index < 0; i++) {
        String bare = bare(names.get(i));
        boolean taken = roles.containsValue(i) || (ids && !bare.endsWith("id"));
        index = !taken && name.matcher(bare).matches() && fits.test(i) ? i : index;
      }
    }
    if (index >= 0 && !roles.containsValue(index)) {
      roles.put(role, index);
    }
  }

  private boolean isId(int column) {
    return type(column) != SniffedFile.Type.EMPTY && type(column) != SniffedFile.Type.TIMES;
  }

  private boolean isRating(int column) {
    List<String> values = values(column);
    long numbers = values.stream().filter(this::isNumber).count();
    return type(column) == SniffedFile.Type.TRUE_OR_FALSE || 2 * numbers > values.size();
  }

  private boolean isTime(int column) {
    if (type(column) == SniffedFile.Type.TIMES) {
      return true;
    }
    List<String> values = values(column);
    return type(column) != SniffedFile.Type.TEXT
        && !values.isEmpty()
        && values.stream().allMatch(v -> v.matches("-?\\d{9,19}([.,]\\d*)?"));
  }

  private CsvFormat format() {
    String code = RecordReader.markedEncoding(sample.beginning()) == null ? encoding : "UTF-8";
    CsvFormat format =
        given
            .withDialect(dialect.withEncoding(code))
            .withHeader(header)
            .withTimes(given.timeZone(), "");
    format = format.toBuilder().setUserCol(name("user", given.userCol())).build();
    format = format.toBuilder().setItemCol(name("item", given.itemCol())).build();
    if (given.rated()) {
      format = format.toBuilder().setRatingCol(name("rating", given.ratingCol())).build();
      format = withTime(format);
      format = withNullValues(format);
    }
    return format;
  }

  /**
   * The type of both columns of ids, where {@link IdType#AUTO} would read one of them otherwise: as
   * texts, where numbers have leading zeros, as codes do, or other notations stand among texts; as
   * whole numbers, where the texts among them are few. Where the columns differ in that, AUTO.
   */
  private IdType idType() {
    IdType type = IdType.AUTO;
    boolean needsNumbers = false;
    boolean needsTexts = false;
    for (String side : List.of("user", "item")) {
      Integer column = roles.get(side);
      IdsSeen ids = column == null ? IdsSeen.of(List.of()) : IdsSeen.of(values(column));
      IdType one = ids.type();
      if (one != IdType.AUTO) {
        if (type != IdType.AUTO && type != one) {
          return IdType.AUTO;
        }
        type = one;
      } else {
        needsNumbers |= ids.converted > 0;
        needsTexts |= ids.texts > 0 || ids.fractions > 0;
      }
    }
    boolean spoilt = (type == IdType.STRING && needsNumbers) || (type == IdType.INT && needsTexts);
    return spoilt ? IdType.AUTO : type;
  }

  /**
   * Ids of a column.
   *
   * @param texts how many are no numbers
   * @param converted how many are numbers in another notation than the usual one
   * @param padded how many of these have leading zeros alone, as 007
   * @param fractions how many numbers are not whole
   * @param merges whether some number is written in two ways
   */
  private record IdsSeen(
      int all, int texts, int converted, int padded, int fractions, boolean merges) {
    static IdsSeen of(List<String> ids) {
      Map<String, String> written = new HashMap<>();
      int texts = 0;
      int converted = 0;
      int padded = 0;
      int fractions = 0;
      boolean merges = false;
      for (String field : ids) {
        String id = field.strip();
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        String number = NumberText.canonical(bytes, 0, bytes.length);
        if (number == null) {
          texts++;
          continue;
        }
        converted += number.equals(id) ? 0 : 1;
        padded += id.matches("0\\d+") ? 1 : 0;
        fractions += number.indexOf('.') >= 0 ? 1 : 0;
        String before = written.putIfAbsent(number, id);
        merges |= before != null && !before.equals(id);
      }
      return new IdsSeen(ids.size(), texts, converted, padded, fractions, merges);
    }

    IdType type() {
      if (texts > 0 && converted > 0) {
        boolean few = 100L * texts <= all && fractions == 0; // what maxRejects allows
        return few && merges ? IdType.INT : IdType.STRING;
      }
      return padded > 0 && padded == converted && !merges ? IdType.STRING : IdType.AUTO;
    }
  }

  private CsvFormat withTime(CsvFormat format) {
    Integer column = roles.get("timestamp");
    if (column == null) {
      return given.timestampCol().equals(CsvFormat.create().timestampCol())
          ? format
          : format.withOptionalTimestampCol("");
    }
    String pattern = type(column) == SniffedFile.Type.TIMES ? timePattern(values(column)) : "";
    String name = name("timestamp", given.timestampCol());
    CsvFormat named = name.equals(given.timestampCol()) ? format : format.withTimestampCol(name);
    return named.withTimes(given.timeZone(), pattern == null ? "" : pattern);
  }

  /** Up to three words among numbers stand for nothing. */
  private CsvFormat withNullValues(CsvFormat format) {
    Integer column = roles.get("rating");
    if (column == null || type(column) == SniffedFile.Type.TRUE_OR_FALSE) {
      return format;
    }
    List<String> words = values(column).stream().filter(v -> !isNumber(v) && !isWord(v)).toList();
    List<String> different = words.stream().distinct().toList();
    if (different.isEmpty()
        || different.size() > 3
        || different.stream()
            .anyMatch(word -> word.contains(",") || Collections.frequency(words, word) == 1)) {
      return format;
    }
    List<String> all = new ArrayList<>(given.nullValues().values());
    all.addAll(different);
    return format.withNullValues(all);
  }

  private static boolean isWord(String value) {
    try {
      NumberText.word(value);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** What a format calls the column of a role: as given where that is the same. */
  private String name(String role, String given) {
    Integer column = roles.get(role);
    if (column == null) {
      return role.equals("item") ? name("user", given) : role.equals("user") ? given : "";
    }
    if (!header) {
      return Integer.toString(column + 1);
    }
    if (CsvLayout.resolve(given, names) == column) {
      return given;
    }
    String name = names.get(column);
    return CsvLayout.resolve(name, names) == column && !name.isBlank() && !name.equals("none")
        ? name
        : Integer.toString(column + 1);
  }
}
