package dev.beamals.ratings;

import dev.beamals.OneProcess;
import java.io.Serializable;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.values.KV;
import org.jspecify.annotations.Nullable;

/** Holds batches until they are grouped. A DoFn keeps one, which is ready wherever the DoFn is. */
public final class BatchHolder implements Serializable {
  private static final long serialVersionUID = 1L;

  private transient @Nullable Spill spill;

  /**
   * Holds a batch.
   *
   * @param options of the pipeline
   */
  public HeldBatch hold(RatingBatch batch, PipelineOptions options) {
    if (!OneProcess.runs(options)) {
      return HeldBatch.of(batch);
    }
    Spill to = spill;
    if (to == null) {
      to = Spill.open();
      spill = to;
    }
    return HeldBatch.ofProcess(to.put(batch));
  }

  /**
   * Cuts a batch into one for each block of users, and holds these.
   *
   * @param blocks how many there are
   * @param options of the pipeline
   * @param out is given the number of a block and its rows
   */
  public void partition(
      RatingBatch batch,
      int blocks,
      PipelineOptions options,
      OutputReceiver<KV<Integer, HeldBatch>> out) {
    for (KV<Integer, RatingBatch> part : batch.partition(blocks)) {
      out.output(KV.of(part.getKey(), hold(part.getValue(), options)));
    }
  }
}
