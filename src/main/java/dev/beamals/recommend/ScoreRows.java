package dev.beamals.recommend;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PInput;
import org.apache.beam.sdk.values.Row;

/** Applies a transform that gives blocks of scores, and makes a row of every entry. */
final class ScoreRows<InputT extends PInput> extends PTransform<InputT, PCollection<Row>> {
  private static final long serialVersionUID = 1L;

  private final PTransform<InputT, PCollection<ScoredIds>> score;
  private final Schema schema;
  private final boolean ranked;

  private ScoreRows(
      PTransform<InputT, PCollection<ScoredIds>> score, Schema schema, boolean ranked) {
    this.score = score;
    this.schema = schema;
    this.ranked = ranked;
  }

  /** Rows {@code src, rank, dst, score}, ranks counting from 1. */
  static <InputT extends PInput> ScoreRows<InputT> ranked(
      PTransform<InputT, PCollection<ScoredIds>> score, String src, String dst) {
    Schema schema =
        Schema.builder()
            .addStringField(src)
            .addInt32Field("rank")
            .addStringField(dst)
            .addFloatField("score")
            .build();
    return new ScoreRows<>(score, schema, true);
  }

  /** Rows {@code user, item, prediction}. */
  static <InputT extends PInput> ScoreRows<InputT> predictions(
      PTransform<InputT, PCollection<ScoredIds>> score) {
    Schema schema =
        Schema.builder()
            .addStringField("user")
            .addStringField("item")
            .addFloatField("prediction")
            .build();
    return new ScoreRows<>(score, schema, false);
  }

  @Override
  public PCollection<Row> expand(InputT input) {
    PCollection<ScoredIds> blocks = Pipeline.applyTransform("Score", input, score);
    return blocks.apply("CutIntoRows", ParDo.of(new ToRowsFn(schema, ranked))).setRowSchema(schema);
  }

  static final class ToRowsFn extends DoFn<ScoredIds, Row> {
    private static final long serialVersionUID = 1L;
    private final Schema schema;
    private final boolean ranked;

    ToRowsFn(Schema schema, boolean ranked) {
      this.schema = schema;
      this.ranked = ranked;
    }

    @ProcessElement
    public void processElement(@Element ScoredIds block, OutputReceiver<Row> out) {
      for (int s = 0; s < block.src().size(); s++) {
        String src = block.src().get(s);
        int from = block.offsets()[s];
        for (int p = from; p < block.offsets()[s + 1]; p++) {
          Row.Builder row = Row.withSchema(schema).addValue(src);
          if (ranked) {
            row.addValue(p - from + 1);
          }
          out.output(
              row.addValue(block.dst().get(block.index()[p])).addValue(block.scores()[p]).build());
        }
      }
    }
  }
}
