package dev.beamals.als;

import dev.beamals.CombineAll;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.ArrayCoding;
import dev.beamals.linalg.ExactSum;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.jspecify.annotations.Nullable;

/** The mean of the ratings of a training, for DoFns: a number, or one that is still to be found. */
public final class RatingMean implements Serializable {
  private static final long serialVersionUID = 1L;
  private final double mean;
  private final @Nullable PCollectionView<Double> view;

  private RatingMean(double mean, @Nullable PCollectionView<Double> view) {
    this.mean = mean;
    this.view = view;
  }

  /** A mean that is known. */
  public static RatingMean of(double mean) {
    return new RatingMean(mean, null);
  }

  /** The mean of these ratings, the double next to the exact sum by their number. */
  public static RatingMean of(PCollection<RatingBlock> blocks) {
    return new RatingMean(
        0,
        blocks
            .apply("AddRatings", ParDo.of(new AddFn()))
            .setCoder(new SumCoder())
            .apply("SumRatings", CombineAll.create(new Sum(0, new ExactSum()), Sum::plus))
            .apply("DivideSum", ParDo.of(new DivideFn()))
            .setCoder(DoubleCoder.of())
            .apply("ViewMean", View.asSingleton()));
  }

  /** Declares what a DoFn that asks for it needs. */
  public <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
      ParDo.SingleOutput<InputT, OutputT> parDo) {
    return view == null ? parDo : parDo.withSideInputs(view);
  }

  public double get(DoFn<?, ?>.ProcessContext context) {
    return view == null ? mean : context.sideInput(view);
  }

  /** Some ratings. */
  private record Sum(long count, ExactSum ratings) {
    Sum plus(Sum other) {
      ExactSum both = new ExactSum();
      both.merge(ratings);
      both.merge(other.ratings);
      return new Sum(count + other.count, both);
    }
  }

  static final class AddFn extends DoFn<RatingBlock, Sum> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element RatingBlock block, OutputReceiver<Sum> out) {
      ExactSum ratings = new ExactSum();
      for (float rating : block.ratings()) {
        ratings.add(rating);
      }
      out.output(new Sum(block.size(), ratings));
    }
  }

  static final class DivideFn extends DoFn<Sum, Double> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void processElement(@Element Sum sum, OutputReceiver<Double> out) {
      out.output(sum.count == 0 ? 0 : sum.ratings.toDouble() / sum.count);
    }
  }

  private static final class SumCoder extends CustomCoder<Sum> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Sum sum, OutputStream out) throws IOException {
      VarLongCoder.of().encode(sum.count, out);
      ArrayCoding.write(sum.ratings.toInts(), out);
    }

    @Override
    public Sum decode(InputStream in) throws IOException {
      return new Sum(VarLongCoder.of().decode(in), ExactSum.ofInts(ArrayCoding.readInts(in)));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
