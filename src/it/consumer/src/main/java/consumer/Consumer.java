package consumer;

import dev.beamals.als.Als;
import dev.beamals.als.AlsModel;
import dev.beamals.model.ReadModel;
import dev.beamals.model.WriteModel;
import dev.beamals.ratings.Rating;
import dev.beamals.recommend.PredictRatings;
import dev.beamals.recommend.RecommendTopK;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;

/**
 * Trains on ratings of its own, recommends, saves the model, and predicts with it in a second
 * pipeline. Fails where a result is wrong.
 */
public final class Consumer {
  private Consumer() {}

  /** Even users like even items, odd users like odd ones. */
  private static double rating(int user, int item) {
    return user % 2 == item % 2 ? 5 : 1;
  }

  public static void main(String[] args) {
    String folder = args[0];
    List<Rating> known = new ArrayList<>();
    for (int user = 0; user < 10; user++) {
      for (int item = 0; item < 8; item++) {
        if (user != 3 || item < 6) { // left out: an item that user 3 likes and one it does not
          known.add(Rating.of(user, item, rating(user, item)));
        }
      }
    }

    Pipeline training = Pipeline.create();
    PCollection<Rating> ratings = training.apply("Ratings", Create.of(known));
    AlsModel model = ratings.apply("Train", Als.create().withRank(2).withRegParam(0.01));
    model.apply("Save", WriteModel.to(folder));
    training
        .apply("Recommend", RecommendTopK.from(model).withTopK(4).asRows())
        .apply("CheckRecommendations", ParDo.of(new CheckFn("score", 5)));
    run(training, 40);

    Pipeline using = Pipeline.create();
    AlsModel saved = using.apply("ReadModel", ReadModel.from(folder));
    using
        .apply("Pair", Create.of(Rating.of(3, 7, 0)))
        .apply("Predict", PredictRatings.from(saved).asRows())
        .apply("CheckLiked", ParDo.of(new CheckFn("prediction", 5)));
    using
        .apply("OtherPair", Create.of(Rating.of(3, 6, 0)))
        .apply("PredictOther", PredictRatings.from(saved).asRows())
        .apply("CheckNotLiked", ParDo.of(new CheckFn("prediction", 1)));
    run(using, 2);
  }

  private static void run(Pipeline pipeline, long expected) {
    var result = pipeline.run();
    result.waitUntilFinish();
    long checked = 0;
    for (MetricResult<Long> counter :
        result.metrics().queryMetrics(MetricsFilter.builder().build()).getCounters()) {
      if (counter.getName().getName().equals("checked")) {
        checked += counter.getCommitted();
      }
    }
    if (checked != expected) {
      throw new AssertionError(checked + " rows, expected " + expected);
    }
    System.out.println(checked + " rows hold");
  }

  private static final class CheckFn extends DoFn<Row, Void> {
    private static final long serialVersionUID = 1L;
    private final Counter checked = Metrics.counter(Consumer.class, "checked");
    private final String column;
    private final double expected;

    CheckFn(String column, double expected) {
      this.column = column;
      this.expected = expected;
    }

    @ProcessElement
    public void processElement(@Element Row row) {
      int user = Integer.parseInt(row.getString("user"));
      int item = Integer.parseInt(row.getString("item"));
      if (rating(user, item) != expected
          || Math.abs(row.getFloat(column) - expected) > 0.2) {
        throw new AssertionError("expected " + expected + ": " + row);
      }
      checked.inc();
    }
  }
}
