package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.RatingBlocks;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingRow;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.Test;

final class UpdateFactorsTest {
  private static final RatingBlock BLOCK =
      RatingBlocks.byUser(List.of(new RatingRow("1", "10", 3, 0), new RatingRow("1", "x", 4, 0)));

  /** To go on with zeros for a neighbour whose factors were lost would be a silent error. */
  @Test
  void aNeighbourWithoutFactorsFailsTheRun() {
    Pipeline pipeline = Pipeline.create();
    AlsParameters parameters = AlsParameters.create().withRank(1);
    float[] one = {2};
    Sent sent =
        new Sent(
            0,
            HeldFactors.of(one),
            new long[][] {{1}},
            null,
            null,
            new StepSums(),
            TrainingSummary.create(parameters, 0));
    SentFactors view =
        SentFactors.of(
            "ViewItems",
            pipeline.apply("Items", Create.of(sent).withCoder(Sent.coder(parameters))),
            1);
    UpdateFactors update =
        UpdateFactors.create(
            Side.USER, 1, view, parameters, new Exchange.Broadcast(2, false, false), 1);
    pipeline.apply("Blocks", Create.of(BLOCK)).apply("UpdateUsers", update);
    RuntimeException failure =
        assertThrows(RuntimeException.class, () -> pipeline.run().waitUntilFinish());
    assertTrue(
        String.valueOf(failure.getMessage())
            .endsWith("block 0 sent 1 rows to block 0, which has 2 neighbours there"),
        failure.getMessage());
  }
}
