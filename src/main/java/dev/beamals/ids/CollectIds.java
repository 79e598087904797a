package dev.beamals.ids;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.jspecify.annotations.Nullable;

/**
 * Makes one set of many ids, as a side input.
 *
 * <pre>{@code
 * PCollectionView<Ids> users = userIds.apply("CollectUsers", CollectIds.create());
 * }</pre>
 *
 * <p>The ids come from a bounded collection in the global window; each may occur many times.
 */
public final class CollectIds extends PTransform<PCollection<String>, PCollectionView<Ids>> {
  private static final long serialVersionUID = 1L;

  private CollectIds() {}

  public static CollectIds create() {
    return new CollectIds();
  }

  @Override
  public PCollectionView<Ids> expand(PCollection<String> ids) {
    return ids.apply("FillSets", ParDo.of(new FillFn()))
        .setCoder(UniteIds.coder())
        .apply("UniteSets", UniteIds.create())
        .apply("ViewSet", View.asSingleton());
  }

  /** Makes large sets, as to unite many small ones takes long. */
  static final class FillFn extends DoFn<String, Ids> {
    private static final long serialVersionUID = 1L;
    private static final int MOST = 1 << 16;
    private transient @Nullable List<String> filled;

    @ProcessElement
    public void processElement(@Element String id, OutputReceiver<Ids> out) {
      if (filled == null) {
        filled = new ArrayList<>();
      }
      filled.add(id);
      if (filled.size() == MOST) {
        out.output(Ids.of(filled.toArray(String[]::new)));
        filled = null;
      }
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext c) {
      if (filled != null) {
        c.output(
            Ids.of(filled.toArray(String[]::new)),
            GlobalWindow.INSTANCE.maxTimestamp(),
            GlobalWindow.INSTANCE);
        filled = null;
      }
    }
  }
}
