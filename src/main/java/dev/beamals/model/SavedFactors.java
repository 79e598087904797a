package dev.beamals.model;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.Factors;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * The factors of one side of a saved model, where they rest: small itself, and readable from any
 * worker as a stream of blocks, however many there are.
 */
public final class SavedFactors implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A file, and how many row groups it has. */
  record Part(String file, int rowGroups) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private final List<Part> parts;
  private final int rank;
  private final long rows;
  private final boolean intIds;

  private SavedFactors(List<Part> parts, int rank, long rows, boolean intIds) {
    this.parts = parts;
    this.rank = rank;
    this.rows = rows;
    this.intIds = intIds;
  }

  /**
   * Looks at the footers of all files.
   *
   * @throws RunException naming a file that cannot be read or is not one of factors
   */
  static SavedFactors open(List<String> files, int rank) {
    List<Part> parts = new ArrayList<>();
    long rows = 0;
    int ints = 0;
    for (String file : files) {
      try (FactorReader reader = new FactorReader(file)) {
        parts.add(new Part(file, reader.rowGroups()));
        rows += reader.rows();
        ints += reader.intIds() ? 1 : 0;
        if (reader.parts() != 0 && reader.parts() != files.size()) {
          throw new RunException(
              String.format(
                  "%s: one of %d files of its side, and there are %d: a file is missing or was"
                      + " added",
                  file, reader.parts(), files.size()));
        }
        if (ints != 0 && ints != parts.size()) {
          throw new RunException(file + ": ids are of another type than in the files before it");
        }
      }
    }
    return new SavedFactors(List.copyOf(parts), rank, rows, ints > 0);
  }

  List<Part> parts() {
    return parts;
  }

  public int rank() {
    return rank;
  }

  /** How many ids have factors. */
  public long rows() {
    return rows;
  }

  /** Whether ids are stored as ints; as strings otherwise. */
  public boolean intIds() {
    return intIds;
  }

  /**
   * Reads everything, a block at a time: nothing is kept.
   *
   * @param out gets blocks of at most 8,192 ids; no id is in two of them
   * @throws RunException naming a file and what is wrong in it
   */
  public void forEachBlock(Consumer<FactorBlock> out) {
    for (Part part : parts) {
      try (FactorReader reader = new FactorReader(part.file())) {
        for (int group = 0; group < reader.rowGroups(); group++) {
          reader.read(group, rank, out);
        }
      }
    }
  }

  /**
   * These factors in a pipeline: a DoFn looks them up in the files, one tile at a time.
   *
   * @param rowGroups the files and their row groups
   */
  Factors in(Side side, PCollection<KV<String, Integer>> rowGroups) {
    return new InPipeline(side, rowGroups, this);
  }

  private static final class InPipeline extends Factors {
    private final PCollection<KV<String, Integer>> rowGroups;
    private final SavedFactors files;
    private @Nullable PCollection<FactorBlock> blocks;

    InPipeline(Side side, PCollection<KV<String, Integer>> rowGroups, SavedFactors files) {
      super(side, files.rank());
      this.rowGroups = rowGroups;
      this.files = files;
    }

    /** They are read as elements where something asks for them. */
    @Override
    public PCollection<FactorBlock> blocks() {
      if (blocks == null) {
        String name = side() == Side.USER ? "ReadUserFactors" : "ReadItemFactors";
        blocks =
            rowGroups
                .apply(name, ParDo.of(new ReadModel.ReadFn(rank())))
                .setCoder(FactorBlock.Coder.of());
      }
      return blocks;
    }

    @Override
    protected FactorView createView(String name) {
      return new View(files);
    }
  }

  private static final class View extends FactorView {
    private static final long serialVersionUID = 1L;
    private final SavedFactors files;

    View(SavedFactors files) {
      this.files = files;
    }

    @Override
    public <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
        ParDo.SingleOutput<InputT, OutputT> parDo) {
      return parDo;
    }

    @Override
    protected void forEach(
        DoFn<?, ?>.ProcessContext context, @Nullable Ids wanted, Consumer<FactorBlock> out) {
      files.forEachBlock(out);
    }
  }
}
