package dev.beamals.recommend;

import dev.beamals.blocks.BlockRatings;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ratings.RatingBatch;
import java.io.Serializable;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;

/**
 * The titles of items, for DoFns that write tables for people. Every process that looks one up
 * holds all of them.
 */
public final class Titles implements Serializable {
  private static final long serialVersionUID = 1L;

  /** One block of all: its rows are items, and their neighbours are titles. */
  private final PCollectionView<RatingBlock> view;

  private Titles(PCollectionView<RatingBlock> view) {
    this.view = view;
  }

  /**
   * @param pairs of an item and a title, which stand where a user and an item do; at least one. Of
   *     several titles of an item, the first in the order of {@link Ids} counts.
   */
  public static Titles of(PCollection<RatingBatch> pairs) {
    return new Titles(
        pairs.apply("BlockTitles", BlockRatings.create(1)).apply("ViewTitles", View.asSingleton()));
  }

  /** Declares what a DoFn with these titles needs. */
  public <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
      ParDo.SingleOutput<InputT, OutputT> parDo) {
    return parDo.withSideInputs(view);
  }

  /** For each item its title, empty where there is none. */
  public String[] of(DoFn<?, ?>.ProcessContext context, Ids items) {
    RatingBlock titles = context.sideInput(view);
    int[] positions = items.positionsIn(titles.src());
    String[] found = new String[positions.length];
    for (int i = 0; i < found.length; i++) {
      found[i] =
          positions[i] < 0
              ? ""
              : titles.dst().get(titles.neighbours()[titles.offsets()[positions[i]]]);
    }
    return found;
  }
}
