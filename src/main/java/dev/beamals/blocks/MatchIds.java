package dev.beamals.blocks;

import dev.beamals.CombineAll;
import dev.beamals.ids.ArrayCoding;
import dev.beamals.ids.Ids;
import dev.beamals.ids.UniteIds;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * Counts how many of some ids have factors, and names three that have none.
 *
 * <p>Ids and factors meet by the block of the id. The result is one element, whatever the order.
 */
public final class MatchIds extends PTransform<PCollection<Ids>, PCollection<MatchIds.Match>> {
  private static final long serialVersionUID = 1L;
  private static final int BLOCKS = 8;
  private static final int SAMPLE = 3;
  private static final TupleTag<Ids> GIVEN = new TupleTag<>("given") {};
  private static final TupleTag<Ids> KNOWN = new TupleTag<>("known") {};

  private final PCollection<FactorBlock> factors;

  private MatchIds(PCollection<FactorBlock> factors) {
    this.factors = factors;
  }

  public static MatchIds with(PCollection<FactorBlock> factors) {
    return new MatchIds(factors);
  }

  /**
   * What was found.
   *
   * @param ids how many distinct ids there were
   * @param known how many of them have factors
   * @param unknown the first of the others in the order of ids, at most three
   */
  public record Match(long ids, long known, Ids unknown) {
    /** For {@link dev.beamals.files.ResultFile}. */
    public static Coder<Match> coder() {
      return new MatchCoder();
    }

    private Match plus(Match other) {
      Ids all = Ids.union(List.of(unknown, other.unknown));
      return new Match(ids + other.ids, known + other.known, first(all));
    }
  }

  private static Ids first(Ids ids) {
    int[] indices = new int[Math.min(SAMPLE, ids.size())];
    Arrays.setAll(indices, i -> i);
    return ids.select(indices);
  }

  @Override
  public PCollection<Match> expand(PCollection<Ids> ids) {
    PCollection<Ids> known =
        factors
            .apply(
                "TakeKnownIds",
                MapElements.into(TypeDescriptor.of(Ids.class)).via(FactorBlock::ids))
            .setCoder(UniteIds.coder());
    return KeyedPCollectionTuple.of(GIVEN, partition("PartitionGiven", ids))
        .and(KNOWN, partition("PartitionKnown", known))
        .apply("MeetByBlock", CoGroupByKey.create())
        .apply("MatchBlocks", ParDo.of(new MatchFn()))
        .setCoder(Match.coder())
        .apply("SumMatches", CombineAll.create(new Match(0, 0, Ids.of(new int[0])), Match::plus));
  }

  private static PCollection<KV<Integer, Ids>> partition(String name, PCollection<Ids> ids) {
    return ids.apply(name, ParDo.of(new PartitionFn()))
        .setCoder(KvCoder.of(VarIntCoder.of(), UniteIds.coder()));
  }

  static final class PartitionFn extends DoFn<Ids, KV<Integer, Ids>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element Ids ids, OutputReceiver<KV<Integer, Ids>> out) {
      int[][] indices = new int[BLOCKS][ids.size()];
      int[] counts = new int[BLOCKS];
      for (int i = 0; i < ids.size(); i++) {
        int block = ids.block(i, BLOCKS);
        indices[block][counts[block]++] = i;
      }
      for (int block = 0; block < BLOCKS; block++) {
        if (counts[block] > 0) {
          out.output(KV.of(block, ids.select(Arrays.copyOf(indices[block], counts[block]))));
        }
      }
    }
  }

  static final class MatchFn extends DoFn<KV<Integer, CoGbkResult>, Match> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element KV<Integer, CoGbkResult> block, OutputReceiver<Match> out) {
      Ids given = union(block.getValue().getAll(GIVEN));
      int[] positions = given.positionsIn(union(block.getValue().getAll(KNOWN)));
      int unknown = 0;
      int[] missing = new int[given.size()];
      for (int i = 0; i < positions.length; i++) {
        if (positions[i] < 0) {
          missing[unknown++] = i;
        }
      }
      out.output(
          new Match(
              given.size(),
              given.size() - unknown,
              first(given.select(Arrays.copyOf(missing, unknown)))));
    }

    private static Ids union(Iterable<Ids> sets) {
      List<Ids> all = new ArrayList<>();
      sets.forEach(all::add);
      return Ids.union(all);
    }
  }

  private static final class MatchCoder extends CustomCoder<Match> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Match match, OutputStream out) throws IOException {
      VarLongCoder.of().encode(match.ids, out);
      VarLongCoder.of().encode(match.known, out);
      ArrayCoding.write(match.unknown, out);
    }

    @Override
    public Match decode(InputStream in) throws IOException {
      return new Match(
          VarLongCoder.of().decode(in), VarLongCoder.of().decode(in), ArrayCoding.readIds(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
