package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.ids.Ids;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.jspecify.annotations.Nullable;

/** What all blocks of a side sent off after a half-step, for those of the other side. */
final class SentFactors extends FactorView {
  private static final long serialVersionUID = 1L;
  private final PCollectionView<List<Sent>> view;
  private final int numBlocks;
  private final int receivers;

  private SentFactors(PCollectionView<List<Sent>> view, int numBlocks, int receivers) {
    this.view = view;
    this.numBlocks = numBlocks;
    this.receivers = receivers;
  }

  /**
   * @param numBlocks of the side that sent
   * @param receivers blocks of the other side
   */
  static SentFactors of(String name, PCollection<Sent> sent, int numBlocks, int receivers) {
    return new SentFactors(sent.apply(name, View.asList()), numBlocks, receivers);
  }

  @Override
  public <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
      ParDo.SingleOutput<InputT, OutputT> parDo) {
    return parDo.withSideInputs(view);
  }

  @Override
  protected void forEach(
      DoFn<?, ?>.ProcessContext context, @Nullable Ids wanted, Consumer<FactorBlock> out) {
    boolean[] needed = new boolean[numBlocks];
    for (int i = 0; wanted != null && i < wanted.size(); i++) {
      needed[wanted.block(i, numBlocks)] = true;
    }
    for (Sent sent : get(context)) {
      if (wanted == null || needed[sent.number()]) {
        out.accept(sent.whole());
      }
    }
  }

  /** Gives a DoFn the list of what was sent as the parameter of that name. */
  <InputT, OutputT> ParDo.SingleOutput<InputT, OutputT> addTo(
      ParDo.SingleOutput<InputT, OutputT> parDo, String parameter) {
    return parDo.withSideInput(parameter, view);
  }

  /** What was sent. */
  List<Sent> get(DoFn<?, ?>.ProcessContext context) {
    return context.sideInput(view);
  }

  @Override
  public float[] gatherNeighbours(
      DoFn<?, ?>.ProcessContext context, RatingBlock block, int rank, boolean[] found) {
    return gatherNeighbours(get(context), block, receivers, rank, found);
  }

  /**
   * Brings the factors together that the ratings of a block point to. Of files it reads the
   * messages to the block, which hold what it needs and no more.
   *
   * @param receivers how many blocks there are of its side
   * @param found Modified, as in {@link #gather}
   */
  static float[] gatherNeighbours(
      List<Sent> all, RatingBlock block, int receivers, int rank, boolean[] found) {
    float[] gathered = new float[Math.multiplyExact(block.dst().size(), rank)];
    int receiver = block.src().block(0, receivers);
    for (Sent sent : all) {
      FactorBlock rows = sent.file() == null ? sent.whole() : sent.file().read(receiver);
      rows.copyRows(block.dst(), gathered, found);
    }
    return gathered;
  }

  /** What one block sent. */
  static Sent ofBlock(List<Sent> all, int number) {
    for (Sent sent : all) {
      if (sent.number() == number) {
        return sent;
      }
    }
    throw new IllegalStateException("block " + number + " sent nothing");
  }

  /** What all rows add up to. */
  static StepSums sums(List<Sent> all) {
    StepSums sums = new StepSums();
    all.forEach(sent -> sums.merge(sent.sums()));
    return sums;
  }

  /**
   * How the training went until they were sent.
   *
   * @param sums of all of them, see {@link #sums}
   */
  static TrainingSummary summary(List<Sent> all, StepSums sums) {
    return all.get(0).before().with(sums);
  }
}
