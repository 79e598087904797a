package dev.beamals.als;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.ids.Side;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PInput;
import org.apache.beam.sdk.values.POutput;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * A model as a pipeline uses it: the factors of users and of items, whether they were trained in
 * the same pipeline or read from a folder.
 *
 * <pre>{@code
 * AlsModel model = ratings.apply("Train", Als.create().withRank(32));
 * PCollection<FactorBlock> users = model.factors(Side.USER).blocks();
 * }</pre>
 */
public class AlsModel implements PInput, POutput {
  private static final TupleTag<FactorBlock> USER_FACTORS = new TupleTag<>("userFactors") {};
  private static final TupleTag<FactorBlock> ITEM_FACTORS = new TupleTag<>("itemFactors") {};

  private final Pipeline pipeline;
  private final Factors users;
  private final Factors items;
  private final @Nullable AlsParameters parameters;
  private final RatingMean mean;

  /**
   * @param parameters those of the training, or null where they are not known
   * @throws IllegalArgumentException if the sides differ in rank
   */
  public AlsModel(
      Pipeline pipeline, Factors users, Factors items, @Nullable AlsParameters parameters) {
    this(pipeline, users, items, parameters, RatingMean.of(0));
  }

  /**
   * @param parameters those of the training, or null where they are not known
   * @param mean of the ratings where they are centred, else 0
   * @throws IllegalArgumentException if the sides differ in rank
   */
  public AlsModel(
      Pipeline pipeline,
      Factors users,
      Factors items,
      @Nullable AlsParameters parameters,
      RatingMean mean) {
    if (users.rank() != items.rank()) {
      throw new IllegalArgumentException(
          "users of rank " + users.rank() + " and items of rank " + items.rank());
    }
    this.pipeline = pipeline;
    this.users = users;
    this.items = items;
    this.parameters = parameters;
    this.mean = mean;
  }

  /** The factors of one side. */
  public final Factors factors(Side side) {
    return side == Side.USER ? users : items;
  }

  /** The mean of the ratings where they were centred, else 0. */
  public final RatingMean mean() {
    return mean;
  }

  /** The numbers of an id, of which a product is a prediction: {@link AlsParameters#columns}. */
  public final int rank() {
    return users.rank();
  }

  /** The parameters of the training, or null where they are not known. */
  public final @Nullable AlsParameters parameters() {
    return parameters;
  }

  /** Applies what uses a model, such as a writer. */
  public final <OutputT extends POutput> OutputT apply(
      String name, PTransform<? super AlsModel, OutputT> use) {
    return Pipeline.applyTransform(name, this, use);
  }

  @Override
  public final Pipeline getPipeline() {
    return pipeline;
  }

  @Override
  public Map<TupleTag<?>, PValue> expand() {
    return Map.of(USER_FACTORS, users.blocks(), ITEM_FACTORS, items.blocks());
  }

  @Override
  public final void finishSpecifyingOutput(String name, PInput input, PTransform<?, ?> transform) {}
}
