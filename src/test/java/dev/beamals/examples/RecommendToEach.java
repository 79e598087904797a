package dev.beamals.examples;

import dev.beamals.als.Als;
import dev.beamals.als.AlsModel;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import dev.beamals.recommend.RecommendTopK;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.Validation.Required;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.ToJson;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;

/** Trains on ratings of one's own and recommends three new items to each user, as JSON lines. */
public final class RecommendToEach {
  private RecommendToEach() {}

  /** The flags of the example. */
  public interface Options extends PipelineOptions {
    @Description("Text files of lines 'user item rating'.")
    @Required
    String getInput();

    void setInput(String input);

    @Description("The beginning of the names of the files to write.")
    @Required
    String getOutput();

    void setOutput(String output);
  }

  public static void main(String[] args) {
    Options options = PipelineOptionsFactory.fromArgs(args).withValidation().as(Options.class);
    Pipeline pipeline = Pipeline.create(options);

    PCollection<Rating> ratings =
        pipeline
            .apply("ReadLines", TextIO.read().from(options.getInput()))
            .apply("DropBlankLines", Filter.by(line -> !line.isBlank()))
            .apply(
                "ToRatings",
                MapElements.into(TypeDescriptor.of(Rating.class))
                    .via(
                        line -> {
                          String[] fields = line.split(" ");
                          return Rating.of(fields[0], fields[1], Double.parseDouble(fields[2]));
                        }));
    AlsModel model = ratings.apply("Train", Als.create().withRank(8).withRegParam(0.05));
    pipeline
        .apply(
            "Recommend",
            RecommendTopK.from(model)
                .withTopK(3)
                .withSeen(ratings.apply("BatchSeen", BatchRatings.create()))
                .asRows())
        .apply("ToJson", ToJson.of())
        .apply("Write", TextIO.write().to(options.getOutput()));
    pipeline.run().waitUntilFinish();
  }
}
