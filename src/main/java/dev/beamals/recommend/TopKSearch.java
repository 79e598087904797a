package dev.beamals.recommend;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.ids.Ids;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollectionView;
import org.jspecify.annotations.Nullable;

/**
 * Finds for rows of factors the K of a view with the highest scores, for DoFns that have the rows
 * and what they have seen: exactly, holding one tile of the view at a time.
 *
 * <pre>{@code
 * TopKSearch search = TopKSearch.of(items.view(), 10, null);
 * users.apply("Find", search.addTo(ParDo.of(new FindFn(search))));
 * }</pre>
 */
public final class TopKSearch implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Ids of a tile at most: for each of them and each row a bit is held. */
  private static final int TILE = 8192;

  private final FactorView dst;
  private final int topK;
  private final boolean cosine;
  private final @Nullable PCollectionView<Ids> candidates;

  TopKSearch(FactorView dst, int topK, boolean cosine, @Nullable PCollectionView<Ids> candidates) {
    this.dst = dst;
    this.topK = topK;
    this.cosine = cosine;
    this.candidates = candidates;
  }

  /**
   * By the product of factors.
   *
   * @param dst what is looked for
   * @param candidates none but these are found; null for all
   */
  public static TopKSearch of(FactorView dst, int topK, @Nullable PCollectionView<Ids> candidates) {
    return new TopKSearch(dst, topK, false, candidates);
  }

  /** Declares what a DoFn that searches needs. */
  public <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
      ParDo.SingleOutput<InputT, OutputT> parDo) {
    ParDo.SingleOutput<InputT, OutputT> added = dst.addTo(parDo);
    return candidates == null ? added : added.withSideInputs(candidates);
  }

  /** All that can be found. */
  public Ids all(DoFn<?, ?>.ProcessContext context) {
    List<Ids> ids = new ArrayList<>();
    Ids wanted = wanted(context);
    dst.forEach(context, tile -> ids.add(select(tile, wanted).ids()));
    return Ids.union(ids);
  }

  /**
   * Finds the best for each row.
   *
   * @param seen what is not to be found; of ids that are not in {@code src} it does not matter
   */
  public ScoredIds find(DoFn<?, ?>.ProcessContext context, FactorBlock src, List<SeenPairs> seen) {
    return search(context, src, seen, wanted(context));
  }

  /**
   * Finds the best of some for each row.
   *
   * @param wanted some of {@link #all}: none but these are found
   */
  public ScoredIds find(
      DoFn<?, ?>.ProcessContext context, FactorBlock src, List<SeenPairs> seen, Ids wanted) {
    return search(context, src, seen, wanted);
  }

  private ScoredIds search(
      DoFn<?, ?>.ProcessContext context,
      FactorBlock src,
      List<SeenPairs> seen,
      @Nullable Ids wanted) {
    ScoreBlock scores = new ScoreBlock(src, seen, topK, cosine);
    dst.forEach(context, tile -> addTo(scores, select(tile, wanted)));
    return scores.finish();
  }

  private @Nullable Ids wanted(DoFn<?, ?>.ProcessContext context) {
    return candidates == null ? null : context.sideInput(candidates);
  }

  private static FactorBlock select(FactorBlock tile, @Nullable Ids wanted) {
    return wanted == null ? tile : tile.select(wanted);
  }

  private static void addTo(ScoreBlock scores, FactorBlock tile) {
    int size = tile.ids().size();
    if (size <= TILE) {
      scores.add(tile);
      return;
    }
    for (int from = 0; from < size; from += TILE) {
      scores.add(tile.select(IntStream.range(from, Math.min(size, from + TILE)).toArray()));
    }
  }
}
