package dev.beamals.blocks;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.beamals.ids.Ids;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;

/**
 * Keeps the ratings of users and of items that have enough of them, again and again until all have:
 * an item that loses a user may fall below, and then a user that loses the item.
 *
 * <p>What is left is the largest set of ratings in which every user and every item has enough, and
 * does not depend on the order of anything. It is found in one place, which holds two ints a rating
 * and all ids; ratings themselves stay in their blocks.
 */
public final class KeepFrequent
    extends PTransform<PCollection<RatingBlock>, PCollection<RatingBlock>> {
  private static final long serialVersionUID = 1L;

  private final int minUserRatings;
  private final int minItemRatings;

  private KeepFrequent(int minUserRatings, int minItemRatings) {
    this.minUserRatings = minUserRatings;
    this.minItemRatings = minItemRatings;
  }

  /**
   * @param minUserRatings how many ratings a user must have, at least 1
   * @param minItemRatings how many ratings an item must have, at least 1
   */
  public static KeepFrequent create(int minUserRatings, int minItemRatings) {
    checkArgument(
        minUserRatings >= 1 && minItemRatings >= 1,
        "minUserRatings=%s, minItemRatings=%s: expected at least 1",
        minUserRatings,
        minItemRatings);
    return new KeepFrequent(minUserRatings, minItemRatings);
  }

  /**
   * @param userBlocks ratings by user
   */
  @Override
  public PCollection<RatingBlock> expand(PCollection<RatingBlock> userBlocks) {
    PCollectionView<List<Rare>> rare =
        userBlocks
            .apply("TakePairs", ParDo.of(new TakePairsFn()))
            .setCoder(KvCoder.of(VarIntCoder.of(), RatingBlock.Coder.of()))
            .apply("GroupPairs", GroupByKey.create())
            .apply("FindRare", ParDo.of(new FindRareFn(minUserRatings, minItemRatings)))
            .setCoder(SerializableCoder.of(Rare.class))
            .apply("ViewRare", View.asList());
    return userBlocks
        .apply("DropRare", ParDo.of(new DropRareFn(rare)).withSideInputs(rare))
        .setCoder(RatingBlock.Coder.of());
  }

  /** Ids that have too few ratings. */
  record Rare(Ids users, Ids items) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  static final class TakePairsFn extends DoFn<RatingBlock, KV<Integer, RatingBlock>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(
        @Element RatingBlock block, OutputReceiver<KV<Integer, RatingBlock>> out) {
      out.output(KV.of(0, block.withoutRatings()));
    }
  }

  static final class FindRareFn extends DoFn<KV<Integer, Iterable<RatingBlock>>, Rare> {
    private static final long serialVersionUID = 1L;
    private final int minUserRatings;
    private final int minItemRatings;

    FindRareFn(int minUserRatings, int minItemRatings) {
      this.minUserRatings = minUserRatings;
      this.minItemRatings = minItemRatings;
    }

    @ProcessElement
    public void processElement(
        @Element KV<Integer, Iterable<RatingBlock>> element, OutputReceiver<Rare> out) {
      List<RatingBlock> blocks = new ArrayList<>();
      element.getValue().forEach(blocks::add);
      out.output(find(blocks, minUserRatings, minItemRatings));
    }
  }

  /**
   * Goes over the users that are left, takes those with too few items out, and of their items those
   * that have too few users then; until a round takes nobody.
   */
  static Rare find(List<RatingBlock> blocks, int minUserRatings, int minItemRatings) {
    Ids items = Ids.union(blocks.stream().map(RatingBlock::dst).toList());
    int[] users = new int[items.size()];
    List<int[]> positions = new ArrayList<>();
    for (RatingBlock block : blocks) {
      int[] position = block.dst().positionsIn(items);
      positions.add(position);
      for (int d : block.neighbours()) {
        users[position[d]]++;
      }
    }
    boolean[] rareItem = new boolean[items.size()];
    List<boolean[]> rareUser = new ArrayList<>();
    blocks.forEach(block -> rareUser.add(new boolean[block.src().size()]));
    for (boolean changed = true; changed; ) {
      changed = false;
      for (int i = 0; i < users.length; i++) {
        if (!rareItem[i] && users[i] < minItemRatings) {
          rareItem[i] = true;
          changed = true;
        }
      }
      for (int b = 0; b < blocks.size(); b++) {
        changed |=
            takeUsers(
                blocks.get(b), positions.get(b), minUserRatings, rareItem, rareUser.get(b), users);
      }
    }
    List<Ids> rareUsers = new ArrayList<>();
    for (int b = 0; b < blocks.size(); b++) {
      rareUsers.add(blocks.get(b).src().select(indices(rareUser.get(b))));
    }
    return new Rare(Ids.union(rareUsers), items.select(indices(rareItem)));
  }

  private static boolean takeUsers(
      RatingBlock block,
      int[] position,
      int minUserRatings,
      boolean[] rareItem,
      boolean[] rareUser,
      int[] users) {
    boolean changed = false;
    for (int s = 0; s < rareUser.length; s++) {
      int count = 0;
      for (int p = block.offsets()[s]; p < block.offsets()[s + 1]; p++) {
        count += rareItem[position[block.neighbours()[p]]] ? 0 : 1;
      }
      if (!rareUser[s] && count < minUserRatings) {
        rareUser[s] = true;
        changed = true;
        for (int p = block.offsets()[s]; p < block.offsets()[s + 1]; p++) {
          users[position[block.neighbours()[p]]]--;
        }
      }
    }
    return changed;
  }

  private static int[] indices(boolean[] set) {
    IntArrayList indices = new IntArrayList();
    for (int i = 0; i < set.length; i++) {
      if (set[i]) {
        indices.add(i);
      }
    }
    return indices.toIntArray();
  }

  static final class DropRareFn extends DoFn<RatingBlock, RatingBlock> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<List<Rare>> rare;

    DropRareFn(PCollectionView<List<Rare>> rare) {
      this.rare = rare;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      RatingBlock block = c.element();
      boolean[] users = new boolean[block.src().size()];
      boolean[] items = new boolean[block.dst().size()];
      Arrays.fill(users, true);
      Arrays.fill(items, true);
      for (Rare ids : c.sideInput(rare)) {
        dropFound(block.src(), ids.users(), users);
        dropFound(block.dst(), ids.items(), items);
      }
      RatingBlock kept = block.keep(users, items);
      if (kept.size() > 0) {
        c.output(kept);
      }
    }

    private static void dropFound(Ids ids, Ids rare, boolean[] kept) {
      int[] positions = ids.positionsIn(rare);
      for (int i = 0; i < kept.length; i++) {
        kept[i] &= positions[i] < 0;
      }
    }
  }
}
