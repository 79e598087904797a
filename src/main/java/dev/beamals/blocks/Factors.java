package dev.beamals.blocks;

import dev.beamals.ids.Side;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.primitives.Floats;
import org.jspecify.annotations.Nullable;

/**
 * The factors of one side of a model, as a pipeline uses them: as elements, as rows, or as what
 * DoFns look up.
 */
public abstract class Factors {
  /** Of {@link #toRows}: {@code id} (string) and {@code features} (array of float). */
  public static final Schema ROWS =
      Schema.builder()
          .addStringField("id")
          .addArrayField("features", Schema.FieldType.FLOAT)
          .build();

  private final Side side;
  private final int rank;
  private @Nullable FactorView view;

  protected Factors(Side side, int rank) {
    this.side = side;
    this.rank = rank;
  }

  /** Factors that are elements of a pipeline; no id is in two blocks. */
  public static Factors of(Side side, PCollection<FactorBlock> blocks, int rank) {
    return new OfBlocks(side, blocks, rank);
  }

  /** The side whose factors these are. */
  public final Side side() {
    return side;
  }

  /** The number of factors of an id. */
  public final int rank() {
    return rank;
  }

  /** An element for each block. */
  public abstract PCollection<FactorBlock> blocks();

  /** What DoFns look factors up in; made once. */
  public final FactorView view() {
    if (view == null) {
      view = createView(side == Side.USER ? "ViewUserFactors" : "ViewItemFactors");
    }
    return view;
  }

  /**
   * @param name for the step that makes it
   */
  protected abstract FactorView createView(String name);

  /** Makes an element of every row: {@link #ROWS}. */
  public static PTransform<PCollection<FactorBlock>, PCollection<Row>> toRows() {
    return new ToRows();
  }

  private static final class OfBlocks extends Factors {
    private final PCollection<FactorBlock> blocks;

    OfBlocks(Side side, PCollection<FactorBlock> blocks, int rank) {
      super(side, rank);
      this.blocks = blocks;
    }

    @Override
    public PCollection<FactorBlock> blocks() {
      return blocks;
    }

    @Override
    protected FactorView createView(String name) {
      return FactorView.ofBlocks(name, blocks);
    }
  }

  private static final class ToRows extends PTransform<PCollection<FactorBlock>, PCollection<Row>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<Row> expand(PCollection<FactorBlock> blocks) {
      return blocks.apply("CutIntoRows", ParDo.of(new ToRowsFn())).setRowSchema(ROWS);
    }
  }

  static final class ToRowsFn extends DoFn<FactorBlock, Row> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element FactorBlock block, OutputReceiver<Row> out) {
      for (int i = 0; i < block.ids().size(); i++) {
        out.output(
            Row.withSchema(ROWS)
                .addValue(block.ids().get(i))
                .addArray(Floats.asList(block.row(i)))
                .build());
      }
    }
  }
}
