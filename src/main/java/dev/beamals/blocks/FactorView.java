package dev.beamals.blocks;

import dev.beamals.ids.Ids;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Iterables;

/**
 * All factors of one side as a side input, from which a DoFn looks some up: held in memory, or left
 * in files.
 */
public abstract class FactorView implements Serializable {
  private static final long serialVersionUID = 1L;

  private FactorView() {}

  /** Every process that looks something up holds all of them. */
  public static FactorView ofBlocks(String name, PCollection<FactorBlock> factors) {
    return new OfBlocks(factors.apply(name, View.asList()));
  }

  /** They are read block by block where they are looked up. */
  public static FactorView ofFiles(String name, PCollection<FactorFile> files) {
    return new OfFiles(files.apply(name, View.asList()));
  }

  /** The side input that a DoFn must declare. */
  public abstract PCollectionView<?> sideInput();

  /** Blocks with the factors of {@code ids}, of those that have any, and of others. */
  public abstract Iterable<FactorBlock> lookUp(DoFn<?, ?>.ProcessContext context, Ids ids);

  private static final class OfBlocks extends FactorView {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<List<FactorBlock>> view;

    OfBlocks(PCollectionView<List<FactorBlock>> view) {
      this.view = view;
    }

    @Override
    public PCollectionView<?> sideInput() {
      return view;
    }

    @Override
    public Iterable<FactorBlock> lookUp(DoFn<?, ?>.ProcessContext context, Ids ids) {
      return context.sideInput(view);
    }
  }

  private static final class OfFiles extends FactorView {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<List<FactorFile>> view;

    OfFiles(PCollectionView<List<FactorFile>> view) {
      this.view = view;
    }

    @Override
    public PCollectionView<?> sideInput() {
      return view;
    }

    @Override
    public Iterable<FactorBlock> lookUp(DoFn<?, ?>.ProcessContext context, Ids ids) {
      List<FactorFile> files = context.sideInput(view);
      if (files.isEmpty()) {
        return List.of();
      }
      boolean[] needed = new boolean[files.get(0).numBlocks()];
      for (int i = 0; i < ids.size(); i++) {
        needed[ids.block(i, needed.length)] = true;
      }
      return Iterables.transform(
          Iterables.filter(files, file -> needed[file.number()]), FactorFile::readWhole);
    }
  }
}
