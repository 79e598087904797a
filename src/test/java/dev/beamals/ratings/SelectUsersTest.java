package dev.beamals.ratings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ids.UniteIds;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollectionView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPipelineExtension.class)
final class SelectUsersTest {
  @Test
  void theRowsOfTheUsersAreKeptAndBatchesWithoutAnyAreLeftOut(TestPipeline pipeline) {
    RatingBatch some =
        new RatingBatch(
            Ids.of("1", "2", "x"),
            Ids.of(10, 20),
            new int[] {0, 1, 2, 1},
            new int[] {0, 0, 1, 1},
            new float[] {1, 2, 3, 4},
            new long[] {5, 6, 7, 8});
    RatingBatch none =
        new RatingBatch(
            Ids.of(3), Ids.of(10), new int[1], new int[1], new float[] {9}, new long[] {9});
    PCollectionView<Ids> wanted =
        pipeline
            .apply("Wanted", Create.of(Ids.of("2", "x", "y")).withCoder(UniteIds.coder()))
            .apply(View.asSingleton());
    PAssert.thatSingleton(
            pipeline.apply(Create.of(some, none)).apply("Select", SelectUsers.create(wanted)))
        .satisfies(
            kept -> {
              assertEquals(Ids.of("2", "x"), kept.ids(Side.USER));
              assertArrayEquals(new int[] {0, 1, 0}, kept.index(Side.USER));
              assertArrayEquals(new int[] {0, 1, 1}, kept.index(Side.ITEM));
              assertArrayEquals(new float[] {2, 3, 4}, kept.ratings());
              assertArrayEquals(new long[] {6, 7, 8}, kept.fingerprints());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }
}
