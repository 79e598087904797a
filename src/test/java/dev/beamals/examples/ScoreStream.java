package dev.beamals.examples;

import dev.beamals.als.AlsModel;
import dev.beamals.model.ReadModel;
import dev.beamals.ratings.Rating;
import dev.beamals.recommend.PredictRatings;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.Validation.Required;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.ToJson;
import org.apache.beam.sdk.transforms.Watch;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.joda.time.Duration;

/** A saved model in a streaming pipeline: predicts for pairs as files of them arrive. */
public final class ScoreStream {
  private ScoreStream() {}

  /** The flags of the example. */
  public interface Options extends PipelineOptions {
    @Description("Folder of a model.")
    @Required
    String getModel();

    void setModel(String model);

    @Description("Text files of lines 'user item', which may come later.")
    @Required
    String getInput();

    void setInput(String input);

    @Description("The beginning of the names of the files to write.")
    @Required
    String getOutput();

    void setOutput(String output);

    @Description("Stops when no file came for so many seconds.")
    @Default.Integer(3600)
    int getPatience();

    void setPatience(int patience);
  }

  public static void main(String[] args) {
    Options options = PipelineOptionsFactory.fromArgs(args).withValidation().as(Options.class);
    Pipeline pipeline = Pipeline.create(options);
    AlsModel model = pipeline.apply("ReadModel", ReadModel.from(options.getModel()));
    PCollection<Rating> pairs =
        pipeline
            .apply(
                "WatchForFiles",
                TextIO.read()
                    .from(options.getInput())
                    .watchForNewFiles(
                        Duration.standardSeconds(1),
                        Watch.Growth.afterTimeSinceNewOutput(
                            Duration.standardSeconds(options.getPatience()))))
            .apply(
                "ToPairs",
                MapElements.into(TypeDescriptor.of(Rating.class))
                    .via(line -> Rating.of(line.split(" ")[0], line.split(" ")[1], 0)))
            .apply("EachSecond", Window.into(FixedWindows.of(Duration.standardSeconds(1))));
    pairs
        .apply("Predict", PredictRatings.from(model).asRows())
        .apply("ToJson", ToJson.of())
        .apply(
            "Write", TextIO.write().to(options.getOutput()).withWindowedWrites().withNumShards(1));
    pipeline.run().waitUntilFinish();
  }
}
