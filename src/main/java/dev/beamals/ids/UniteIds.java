package dev.beamals.ids;

import dev.beamals.CombineAll;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;

/** Unites sets of ids into one set, that of all of them. */
public final class UniteIds extends PTransform<PCollection<Ids>, PCollection<Ids>> {
  private static final long serialVersionUID = 1L;

  private UniteIds() {}

  public static UniteIds create() {
    return new UniteIds();
  }

  /** The coder of sets of ids. */
  public static IdsCoder coder() {
    return IdsCoder.of();
  }

  @Override
  public PCollection<Ids> expand(PCollection<Ids> sets) {
    return sets.apply("Unite", CombineAll.create(Ids.of(new int[0]), new UnionFn()));
  }

  /** Unites sets of ids. */
  static final class UnionFn extends Combine.CombineFn<Ids, List<Ids>, Ids> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Ids> createAccumulator() {
      return new ArrayList<>();
    }

    @Override
    public List<Ids> addInput(List<Ids> sets, Ids ids) {
      sets.add(ids);
      // Sets of one file are much alike: unite them before they take much room.
      return sets.size() < 16 ? sets : united(sets);
    }

    private static List<Ids> united(List<Ids> sets) {
      List<Ids> one = new ArrayList<>();
      one.add(Ids.union(sets));
      return one;
    }

    @Override
    public List<Ids> mergeAccumulators(Iterable<List<Ids>> accumulators) {
      List<Ids> all = new ArrayList<>();
      accumulators.forEach(all::addAll);
      return united(all);
    }

    @Override
    public Ids extractOutput(List<Ids> sets) {
      return Ids.union(sets);
    }

    @Override
    public Coder<List<Ids>> getAccumulatorCoder(CoderRegistry registry, Coder<Ids> inputCoder) {
      return ListCoder.of(IdsCoder.of());
    }

    @Override
    public Coder<Ids> getDefaultOutputCoder(CoderRegistry registry, Coder<Ids> inputCoder) {
      return IdsCoder.of();
    }
  }

  /** Deterministic. */
  public static final class IdsCoder extends CustomCoder<Ids> {
    private static final long serialVersionUID = 1L;

    public static IdsCoder of() {
      return new IdsCoder();
    }

    @Override
    public void encode(Ids ids, OutputStream out) throws IOException {
      ArrayCoding.write(ids, out);
    }

    @Override
    public Ids decode(InputStream in) throws IOException {
      return ArrayCoding.readIds(in);
    }

    @Override
    public void verifyDeterministic() {}
  }
}
