package dev.beamals.model;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.files.PartFile;
import dev.beamals.ids.Side;
import java.io.Serializable;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * Writes the factors of one side: a Parquet file for each block, named by the block.
 *
 * <p>Ids are written as ints where all ids of the side are ints, and as strings otherwise. A file
 * is written under another name and moved into place, so that a bundle that is run twice leaves one
 * whole file. Each says how many there are, so that one that is missing is missed. The result is
 * the names of the files.
 */
public final class WriteFactors extends PTransform<PCollection<FactorBlock>, PCollection<String>> {
  private static final long serialVersionUID = 1L;

  /** The folder in a model of the number of ratings of each item. */
  static final String ITEM_RATINGS = "itemRatings/";

  private final String folder;
  private final int numBlocks;

  private WriteFactors(String folder, int numBlocks) {
    this.folder = folder;
    this.numBlocks = numBlocks;
  }

  /**
   * @param model the folder of the model, with its last slash
   * @param numBlocks the number of blocks that the ids are spread over
   */
  public static WriteFactors to(Side side, String model, int numBlocks) {
    return new WriteFactors(model + folder(side), numBlocks);
  }

  /**
   * Writes how many ratings each item was trained on: rows of one column, in the same form.
   *
   * @param model the folder of the model, with its last slash
   * @param numBlocks the number of blocks that the ids are spread over
   */
  public static WriteFactors itemRatings(String model, int numBlocks) {
    return new WriteFactors(model + ITEM_RATINGS, numBlocks);
  }

  /** The name of the folder in a model that holds the factors of a side. */
  static String folder(Side side) {
    return side == Side.USER ? "userFactors/" : "itemFactors/";
  }

  @Override
  public PCollection<String> expand(PCollection<FactorBlock> factors) {
    PCollectionView<Seen> seen =
        factors
            .apply(
                "SeeIds",
                MapElements.into(TypeDescriptor.of(Seen.class))
                    .via(block -> new Seen(1, block.ids().allInts())))
            .setCoder(SerializableCoder.of(Seen.class))
            .apply("CombineIds", Combine.globally(new SumFn()).asSingletonView());
    return factors.apply(
        "WriteBlocks", ParDo.of(new WriteFn(folder, numBlocks, seen)).withSideInputs(seen));
  }

  /** How many blocks there are, and whether the ids of all of them are ints. */
  private record Seen(long blocks, boolean intIds) implements Serializable {}

  private static final class SumFn implements SerializableFunction<Iterable<Seen>, Seen> {
    private static final long serialVersionUID = 1L;

    @Override
    public Seen apply(Iterable<Seen> values) {
      long blocks = 0;
      boolean intIds = true;
      for (Seen value : values) {
        blocks += value.blocks;
        intIds &= value.intIds;
      }
      return new Seen(blocks, intIds);
    }
  }

  static final class WriteFn extends DoFn<FactorBlock, String> {
    private static final long serialVersionUID = 1L;
    private final String folder;
    private final int numBlocks;
    private final PCollectionView<Seen> seen;

    WriteFn(String folder, int numBlocks, PCollectionView<Seen> seen) {
      this.folder = folder;
      this.numBlocks = numBlocks;
      this.seen = seen;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      FactorBlock block = c.element();
      String name = String.format("part-%05d.parquet", block.ids().block(0, numBlocks));
      c.output(
          PartFile.of(folder, name)
              .write(
                  file -> {
                    FactorsParquet.write(
                        FileSystems.matchNewResource(file, false),
                        block,
                        c.sideInput(seen).intIds(),
                        c.sideInput(seen).blocks());
                    return name;
                  }));
    }
  }
}
