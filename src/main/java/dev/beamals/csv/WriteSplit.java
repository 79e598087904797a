package dev.beamals.csv;

import dev.beamals.RunException;
import dev.beamals.csv.CsvSource.Chunks;
import dev.beamals.csv.CsvSource.Range;
import dev.beamals.files.PartFile;
import dev.beamals.ids.ArrayCoding;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.ratings.RowPlace;
import dev.beamals.ratings.SplitRatings;
import dev.beamals.ratings.SplitRatings.Part;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PDone;
import org.apache.beam.sdk.values.TupleTag;

/**
 * Writes the rows of each part of a split as they were read: the lines themselves, below the first
 * line of their file where it names the columns.
 *
 * <p>Ratings know where they were read, see {@link LoadRatings#withPlaces}, and the input is read a
 * second time for the lines. For each file and chunk of 8 MiB (of a compressed file, for the whole)
 * there is a file for each part that has rows of it, as {@code test-00000-0000000.csv}: the same
 * bytes whatever the runner. Rows that cleaning dropped are in no part; whole duplicates, which are
 * dropped later, are in the part of the rows that they are equal to.
 */
public final class WriteSplit extends PTransform<PCollectionTuple, PDone> {
  private static final long serialVersionUID = 1L;

  private final String folder;
  private final List<CsvFile> files;

  private WriteSplit(String folder, List<CsvFile> files) {
    this.folder = folder;
    this.files = files;
  }

  /**
   * @param folder with its last slash
   * @param files those that were read
   */
  public static WriteSplit to(String folder, List<CsvFile> files) {
    for (CsvFile file : files) {
      if (file.kind() != CsvFile.Kind.CSV || !file.layout().format.dialect().isPlain()) {
        throw new RunException(
            file.name()
                + ": rows of it cannot be written as they were read; expected CSV in UTF-8, with a"
                + " delimiter of one character and rows of one line, or no writeSplit");
      }
    }
    return new WriteSplit(folder, files);
  }

  /**
   * @param split what {@link SplitRatings} gave
   */
  @Override
  public PDone expand(PCollectionTuple split) {
    List<Range> ranges = new ArrayList<>();
    for (int f = 0; f < files.size(); f++) {
      CsvFile file = files.get(f);
      long end = file.fromStart() ? Long.MAX_VALUE : file.bytes();
      ranges.add(new Range(file, 0, end, f));
    }
    List<PCollection<KV<Long, Placed>>> parts = new ArrayList<>();
    Map<Part, TupleTag<RatingBatch>> tags =
        Map.of(
            Part.train, SplitRatings.training(),
            Part.validation, SplitRatings.validation(),
            Part.test, SplitRatings.test());
    for (Part part : Part.values()) {
      TupleTag<RatingBatch> tag = tags.getOrDefault(part, SplitRatings.training());
      if (split.has(tag)) {
        parts.add(
            split
                .get(tag)
                .apply("TakePlaces-" + part, ParDo.of(new TakePlacesFn(part, ranges)))
                .setCoder(KvCoder.of(VarLongCoder.of(), new Placed.Coder())));
      }
    }
    PCollectionList.of(parts)
        .apply("FlattenPlaces", Flatten.pCollections())
        .apply("GroupByChunk", GroupByKey.create())
        .apply("WriteLines", ParDo.of(new WriteFn(folder, ranges)));
    return PDone.in(split.getPipeline());
  }

  /** Rows of a chunk that are in one part. */
  private record Placed(Part part, long[] places) {
    private static final class Coder extends CustomCoder<Placed> {
      private static final long serialVersionUID = 1L;

      @Override
      public void encode(Placed placed, OutputStream out) throws IOException {
        out.write(placed.part.ordinal());
        ArrayCoding.write(placed.places, out);
      }

      @Override
      public Placed decode(InputStream in) throws IOException {
        return new Placed(Part.values()[in.read()], ArrayCoding.readLongs(in));
      }

      @Override
      public void verifyDeterministic() {}
    }
  }

  /** The place of the first line of what is read in one go: a chunk, or a compressed file. */
  private static long unit(long place, List<Range> ranges) {
    int file = RowPlace.file(place);
    boolean whole = ranges.get(file).end == Long.MAX_VALUE;
    return RowPlace.of(file, whole ? 0 : RowPlace.chunk(place));
  }

  static final class TakePlacesFn extends DoFn<RatingBatch, KV<Long, Placed>> {
    private static final long serialVersionUID = 1L;
    private final Part part;
    private final List<Range> ranges;

    TakePlacesFn(Part part, List<Range> ranges) {
      this.part = part;
      this.ranges = ranges;
    }

    @ProcessElement
    public void processElement(@Element RatingBatch batch, OutputReceiver<KV<Long, Placed>> out) {
      long[] places = batch.places().clone();
      Arrays.sort(places);
      for (int from = 0, to; from < places.length; from = to) {
        long unit = unit(places[from], ranges);
        to = from + 1;
        while (to < places.length && unit(places[to], ranges) == unit) {
          to++;
        }
        out.output(KV.of(unit, new Placed(part, Arrays.copyOfRange(places, from, to))));
      }
    }
  }

  static final class WriteFn extends DoFn<KV<Long, Iterable<Placed>>, Void> {
    private static final long serialVersionUID = 1L;
    private final String folder;
    private final List<Range> ranges;

    WriteFn(String folder, List<Range> ranges) {
      this.folder = folder;
      this.ranges = ranges;
    }

    @ProcessElement
    public void processElement(@Element KV<Long, Iterable<Placed>> element) {
      EnumMap<Part, LongArrayList> places = new EnumMap<>(Part.class);
      for (Placed placed : element.getValue()) {
        places
            .computeIfAbsent(placed.part, part -> new LongArrayList())
            .addElements(0, placed.places); // sorted at the end
      }
      List<Lines> parts = new ArrayList<>();
      long unit = element.getKey();
      Range file = ranges.get(RowPlace.file(unit));
      long start = RowPlace.chunk(unit) * CsvSource.CHUNK;
      long end =
          file.end == Long.MAX_VALUE ? file.end : Math.min(file.end, start + CsvSource.CHUNK);
      String name = String.format("%05d-%07d.csv", file.number, RowPlace.chunk(unit));
      places.forEach((part, of) -> parts.add(new Lines(folder, part + "-" + name, of)));
      try {
        write(new Range(file.file, start, end, file.number), parts);
      } catch (IOException e) {
        throw RunException.cannotWrite(folder + name, e);
      }
    }

    private static void write(Range range, List<Lines> parts) throws IOException {
      byte[] header =
          range.file.layout().format.header()
              ? CsvFile.firstLine("input", range.file.name())
              : new byte[0];
      Chunks chunks = new Chunks(range, CsvSource.CHUNK);
      try {
        for (Lines part : parts) {
          part.open(header);
        }
        for (long chunk = range.start / CsvSource.CHUNK; chunks.advance(); chunk++) {
          long place = RowPlace.of(range.number, chunk);
          byte[] window = chunks.window();
          for (int p = chunks.from(), next; p < chunks.to(); p = next, place++) {
            next = lineEnd(window, p, chunks.to());
            for (Lines part : parts) {
              part.offer(place, window, p, next);
            }
          }
        }
      } finally {
        chunks.close();
        for (Lines part : parts) {
          part.close();
        }
      }
      for (Lines part : parts) {
        part.moveIntoPlace();
      }
    }

    /** Where the line that begins at {@code from} ends, with its line end. */
    private static int lineEnd(byte[] bytes, int from, int to) {
      int p = from;
      while (p < to && bytes[p] != '\n' && bytes[p] != '\r') {
        p++;
      }
      return p + 1 < to && bytes[p] == '\r' && bytes[p + 1] == '\n' ? p + 2 : Math.min(p + 1, to);
    }
  }

  /**
   * The file of a part, written under another name, so that a bundle that is run twice leaves one.
   */
  private static final class Lines {
    private final PartFile part;
    private final long[] places;
    private int next;
    private OutputStream out = OutputStream.nullOutputStream();

    Lines(String folder, String name, LongArrayList places) {
      this.part = PartFile.of(folder, name);
      this.places = places.toLongArray();
      Arrays.sort(this.places);
    }

    void open(byte[] header) throws IOException {
      out =
          new BufferedOutputStream(
              Channels.newOutputStream(
                  FileSystems.create(
                      FileSystems.matchNewResource(part.temporary(), false), "text/csv")),
              1 << 16);
      write(header, 0, header.length);
    }

    /** Writes a line, {@code bytes[from, to)}, if it is of this part; lines come in their order. */
    void offer(long place, byte[] bytes, int from, int to) throws IOException {
      if (next < places.length && places[next] == place) {
        next++;
        write(bytes, from, to);
      }
    }

    private void write(byte[] bytes, int from, int to) throws IOException {
      out.write(bytes, from, to - from);
      if (to > from && bytes[to - 1] != '\n' && bytes[to - 1] != '\r') {
        out.write('\n'); // the last line of a file may have none
      }
    }

    void close() throws IOException {
      out.close();
    }

    void moveIntoPlace() throws IOException {
      part.moveIntoPlace();
    }
  }
}
