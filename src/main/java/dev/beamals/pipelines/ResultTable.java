package dev.beamals.pipelines;

import com.fasterxml.jackson.databind.JsonNode;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;

/** Prints a small table of results: for people, as Spark's {@code show} does, and for programs. */
final class ResultTable {
  private ResultTable() {}

  /**
   * Prints files of JSON lines, or of CSV with the same header, as they are but with one header.
   */
  static void copy(PrintStream out, boolean csv, List<String> files) throws IOException {
    for (int f = 0; f < files.size(); f++) {
      String text = read(files.get(f));
      out.print(csv && f > 0 ? text.substring(text.indexOf('\n') + 1) : text);
    }
    out.flush();
  }

  /** The lines of files of JSON lines. */
  static List<JsonNode> rows(List<String> files) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String file : files) {
      read(file).lines().map(Results::parse).forEach(rows::add);
    }
    return rows;
  }

  private static String read(String file) throws IOException {
    try (InputStream in =
        Channels.newInputStream(FileSystems.open(FileSystems.matchNewResource(file, false)))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Prints CSV files that have the same header. */
  static void print(PrintStream out, List<String> header, List<String> files) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    rows.add(header);
    for (String file : files) {
      try (Reader in =
              Channels.newReader(
                  FileSystems.open(FileSystems.matchNewResource(file, false)),
                  StandardCharsets.UTF_8);
          CsvReader<CsvRecord> csv = CsvReader.builder().ofCsvRecord(in)) {
        csv.stream().skip(1).forEach(row -> rows.add(row.getFields()));
      }
    }
    int[] widths = new int[header.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder line = new StringBuilder("+");
    for (int width : widths) {
      line.append("-".repeat(width)).append('+');
    }
    out.println(line);
    for (int r = 0; r < rows.size(); r++) {
      StringBuilder text = new StringBuilder("|");
      for (int i = 0; i < widths.length; i++) {
        String field = rows.get(r).get(i);
        text.append(" ".repeat(widths[i] - field.length())).append(field).append('|');
      }
      out.println(text);
      if (r == 0) {
        out.println(line);
      }
    }
    out.println(line);
  }
}
