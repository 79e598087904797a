package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.RatingBlock;
import dev.beamals.blocks.RatingBlocks;
import dev.beamals.ids.Ids;
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
    FactorBlock items = new FactorBlock(Ids.of(10), 1, new float[] {2});
    AlsParameters parameters = AlsParameters.create().withRank(1);
    Sent sent = new Sent(0, items, null, new StepSums(), TrainingSummary.create(parameters, 0));
    SentFactors view =
        SentFactors.of(
            "ViewItems",
            pipeline.apply("Items", Create.of(sent).withCoder(Sent.coder(parameters))),
            1,
            1);
    UpdateFactors update =
        UpdateFactors.create(Side.USER, 1, view, parameters, new Exchange.Broadcast(), 1);
    pipeline.apply("Blocks", Create.of(BLOCK)).apply("UpdateUsers", update);
    RuntimeException failure =
        assertThrows(RuntimeException.class, () -> pipeline.run().waitUntilFinish());
    assertTrue(
        String.valueOf(failure.getMessage()).endsWith("no factors of neighbour x"),
        failure.getMessage());
  }

  @Test
  void neighboursThatAllHaveFactorsPass() {
    UpdateFactors.checkFound(BLOCK, new boolean[] {true, true});
    IllegalStateException failure =
        assertThrows(
            IllegalStateException.class,
            () -> UpdateFactors.checkFound(BLOCK, new boolean[] {false, true}));
    assertEquals("no factors of neighbour 10", failure.getMessage());
  }
}
