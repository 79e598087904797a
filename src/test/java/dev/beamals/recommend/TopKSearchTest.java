package dev.beamals.recommend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.als.AlsModel;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.blocks.Factors;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ratings.RatingRow;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPipelineExtension.class)
final class TopKSearchTest {
  private static final int ITEMS = 20_000;

  private static PCollection<FactorBlock> block(TestPipeline pipeline, String name, Ids ids) {
    float[] factors = new float[ids.size()];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = 5000 - i % 4096; // the best begin the pieces
    }
    return pipeline.apply(
        name, Create.of(new FactorBlock(ids, 1, factors)).withCoder(FactorBlock.Coder.of()));
  }

  /** Of a model that is trained in the same pipeline a block of items may have millions. */
  @Test
  void aLargeBlockIsSearchedInPiecesWithWhatWasSeenInEach(TestPipeline pipeline) {
    Ids items = Ids.of(IntStream.range(0, ITEMS).toArray());
    AlsModel model =
        new AlsModel(
            pipeline,
            Factors.of(Side.USER, block(pipeline, "Users", Ids.of(1)), 1),
            Factors.of(Side.ITEM, block(pipeline, "Items", items), 1),
            null);
    List<RatingRow> seen =
        List.of(
            new RatingRow("1", "0", 1, 0),
            new RatingRow("1", "12288", 1, 0),
            new RatingRow("1", "16385", 1, 0));
    PAssert.thatSingleton(
            pipeline.apply(
                "Recommend",
                RecommendTopK.from(model)
                    .withTopK(5)
                    .withSeen(pipeline.apply("Seen", Create.of(RatingRow.batch(seen))))))
        .satisfies(
            found -> {
              List<String> ids = new ArrayList<>();
              for (int index : found.index()) {
                ids.add(found.dst().get(index));
              }
              assertEquals(List.of("4096", "8192", "16384", "1", "4097"), ids);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }
}
