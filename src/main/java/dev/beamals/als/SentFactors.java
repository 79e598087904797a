package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.FactorView;
import dev.beamals.blocks.Links;
import dev.beamals.ids.Ids;
import dev.beamals.linalg.FactorMatrix;
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

  private SentFactors(PCollectionView<List<Sent>> view, int numBlocks) {
    this.view = view;
    this.numBlocks = numBlocks;
  }

  /**
   * @param numBlocks of the side that sent
   */
  static SentFactors of(String name, PCollection<Sent> sent, int numBlocks) {
    return new SentFactors(sent.apply(name, View.asList()), numBlocks);
  }

  /** How many blocks the side that sent has. */
  int numBlocks() {
    return numBlocks;
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

  /**
   * Brings the factors together that the ratings of a block point to: row d is that of its
   * neighbour d. Of files it reads the messages to the block, which hold what it needs and no more.
   *
   * @param links of the block
   */
  static FactorMatrix gather(List<Sent> all, Links links, int columns) {
    FactorMatrix gathered = FactorMatrix.zeros(links.count(), columns);
    int found = 0;
    for (Sent sent : all) {
      sent.copyTo(links, gathered);
      found += links.count(sent.number());
    }
    if (found != links.count()) { // zeros in their place would be a silent error
      throw new IllegalStateException(
          "factors of " + found + " neighbours came, of " + links.count());
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
