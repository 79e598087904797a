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
    for (Sent sent : context.sideInput(view)) {
      if (wanted == null || needed[sent.number()]) {
        out.accept(sent.whole());
      }
    }
  }

  /** Of files it reads the messages to the block, which hold what it needs and no more. */
  @Override
  public float[] gatherNeighbours(
      DoFn<?, ?>.ProcessContext context, RatingBlock block, int rank, boolean[] found) {
    float[] gathered = new float[Math.multiplyExact(block.dst().size(), rank)];
    int receiver = block.src().block(0, receivers);
    for (Sent sent : context.sideInput(view)) {
      FactorBlock rows = sent.file() == null ? sent.whole() : sent.file().read(receiver);
      rows.copyRows(block.dst(), gathered, found);
    }
    return gathered;
  }

  /** What the block of these rows sent, of those of the side that sent. */
  Sent of(DoFn<?, ?>.ProcessContext context, RatingBlock block) {
    int number = block.src().block(0, numBlocks);
    for (Sent sent : context.sideInput(view)) {
      if (sent.number() == number) {
        return sent;
      }
    }
    throw new IllegalStateException("block " + number + " sent nothing");
  }

  /** What all rows add up to. */
  StepSums sums(DoFn<?, ?>.ProcessContext context) {
    StepSums all = new StepSums();
    context.sideInput(view).forEach(sent -> all.merge(sent.sums()));
    return all;
  }

  /** How the training went until they were sent; nothing where there are no ratings at all. */
  TrainingSummary summary(DoFn<?, ?>.ProcessContext context, AlsParameters parameters) {
    List<Sent> all = context.sideInput(view);
    return all.isEmpty()
        ? TrainingSummary.create(parameters, 0)
        : all.get(0).before().with(sums(context));
  }
}
