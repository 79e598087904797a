package dev.beamals.recommend;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.model.FactorFiles;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollectionView;
import org.jspecify.annotations.Nullable;

/**
 * Where a DoFn takes the factors of the other side from: the files of a model, of which one tile is
 * held at a time, or a side input, of which every worker holds all.
 */
final class FactorSource implements Serializable {
  private static final long serialVersionUID = 1L;

  private final @Nullable FactorFiles files;
  private final @Nullable PCollectionView<List<FactorBlock>> view;

  private FactorSource(
      @Nullable FactorFiles files, @Nullable PCollectionView<List<FactorBlock>> view) {
    this.files = files;
    this.view = view;
  }

  static FactorSource of(FactorFiles files) {
    return new FactorSource(files, null);
  }

  static FactorSource of(PCollectionView<List<FactorBlock>> view) {
    return new FactorSource(null, view);
  }

  <A, B> ParDo.SingleOutput<A, B> addTo(ParDo.SingleOutput<A, B> parDo) {
    return view == null ? parDo : parDo.withSideInputs(view);
  }

  void forEachTile(DoFn<?, ?>.ProcessContext context, Consumer<FactorBlock> out) {
    if (files != null) {
      files.forEachBlock(out);
    } else if (view != null) {
      context.sideInput(view).forEach(out);
    }
  }
}
