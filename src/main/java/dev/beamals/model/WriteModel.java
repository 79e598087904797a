package dev.beamals.model;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.beamals.RunException;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.als.RatingMean;
import dev.beamals.als.TrainedModel;
import dev.beamals.blocks.BlockFactors;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Side;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;

/**
 * Saves a model to a folder that the command line and {@link ReadModel} read, and Spark MLlib too
 * where all ids are ints.
 *
 * <p>Factors are written to a folder beside it. When all of them are there, one last step reads
 * them to take their digest, adds the manifest, and moves the folder into the place of an older
 * model: who reads the folder finds one model or the other, see {@link ModelFolder}. A step that a
 * runner does again does no harm. What a pipeline that failed left beside the folder is deleted
 * when the next model is saved to it.
 *
 * <p>The result is what was saved, as the one element that the last step gives.
 *
 * <pre>{@code
 * AlsModel model = ratings.apply("Train", Als.create().withRank(32));
 * model.apply("Save", WriteModel.to("als_model"));
 * }</pre>
 */
public final class WriteModel extends PTransform<AlsModel, PCollection<FactorsSummary>> {
  private static final long serialVersionUID = 1L;

  /** Enough to write in parallel, and few enough for who reads all files. */
  private static final int DEFAULT_NUM_FILES = 8;

  private final String folder;
  private final int numFiles;

  private WriteModel(String folder, int numFiles) {
    this.folder = folder;
    this.numFiles = numFiles;
  }

  /**
   * @param folder a new one, an empty one, or one that holds an older model; on a file system that
   *     all workers share
   */
  public static WriteModel to(String folder) {
    return new WriteModel(folder, DEFAULT_NUM_FILES);
  }

  /** How many files the factors of a side are spread over, at most; default 8. */
  public WriteModel withNumFiles(int numFiles) {
    checkArgument(numFiles >= 1, "numFiles=%s: expected at least 1", numFiles);
    return new WriteModel(folder, numFiles);
  }

  /**
   * @throws RunException if the folder holds anything but an older model
   */
  @Override
  public PCollection<FactorsSummary> expand(AlsModel model) {
    // Chosen here, so that whatever is done again finds what was done before.
    String attempt = ModelFolder.newAttempt();
    ModelFolder output =
        ModelFolder.at("output", folder, attempt, model.getPipeline().getOptions());
    output.check();
    AlsParameters parameters = model.parameters();
    ModelParameters saved =
        ModelParameters.of(parameters == null ? Map.of("rank", model.rank()) : parameters.toMap());
    PCollectionView<Long> users = write(model, Side.USER, output);
    PCollectionView<Long> items = write(model, Side.ITEM, output);
    List<PCollectionView<Long>> written = new ArrayList<>(List.of(users, items));
    if (model instanceof TrainedModel) {
      written.add(
          write(
              ((TrainedModel) model).itemRatings(),
              1,
              "ItemRatings",
              WriteFactors.itemRatings(output.staging(), numFiles)));
    }
    return model
        .getPipeline()
        .apply("Finish", Create.of(attempt))
        .apply(
            "MoveIntoPlace",
            model
                .mean()
                .addTo(
                    ParDo.of(
                            new FinishFn(
                                folder,
                                saved,
                                Instant.now().toString(),
                                model.mean(),
                                users,
                                items))
                        .withSideInputs(written)))
        .setCoder(SerializableCoder.of(FactorsSummary.class));
  }

  /** Gives how many files were written, when they are. */
  private PCollectionView<Long> write(AlsModel model, Side side, ModelFolder output) {
    String name = side == Side.USER ? "User" : "Item";
    return write(
        model.factors(side).blocks(),
        model.rank(),
        name + "Factors",
        WriteFactors.to(side, output.staging(), numFiles));
  }

  private PCollectionView<Long> write(
      PCollection<FactorBlock> blocks, int rank, String name, WriteFactors write) {
    return blocks
        .apply("Block" + name, BlockFactors.create(numFiles, rank))
        .apply("Write" + name, write)
        .apply(
            "Count" + name + "Files",
            Combine.globally(Count.<String>combineFn()).asSingletonView());
  }

  static final class FinishFn extends DoFn<String, FactorsSummary> {
    private static final long serialVersionUID = 1L;
    private final String folder;
    private final ModelParameters parameters;
    private final String created;
    private final RatingMean mean;
    private final PCollectionView<Long> users;
    private final PCollectionView<Long> items;

    FinishFn(
        String folder,
        ModelParameters parameters,
        String created,
        RatingMean mean,
        PCollectionView<Long> users,
        PCollectionView<Long> items) {
      this.folder = folder;
      this.parameters = parameters;
      this.created = created;
      this.mean = mean;
      this.users = users;
      this.items = items;
    }

    @ProcessElement
    public void processElement(ProcessContext c) {
      if (c.sideInput(users) == 0 || c.sideInput(items) == 0) {
        throw new RunException(
            "output=" + folder + ": the model has no factors; expected a user and an item");
      }
      ModelFolder output = ModelFolder.at("output", folder, c.element(), c.getPipelineOptions());
      c.output(output.finish(parameters, created, mean.get(c)));
    }
  }
}
