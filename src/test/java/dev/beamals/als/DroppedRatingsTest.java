package dev.beamals.als;

import static org.junit.jupiter.api.Assertions.assertNull;

import dev.beamals.blocks.RatingBlock;
import dev.beamals.ratings.Rating;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPipelineExtension.class)
final class DroppedRatingsTest {
  /** 4 users with 5 ratings each; one of them twice the same, one with two ratings of an item. */
  private static List<Rating> ratings() {
    List<Rating> ratings = new ArrayList<>();
    for (int u = 0; u < 4; u++) {
      for (int i = 0; i < 5; i++) {
        ratings.add(Rating.of("u" + u, "i" + i, 1 + (u + i) % 5));
      }
    }
    ratings.add(Rating.of("u0", "i0", 1)); // a duplicate
    ratings.add(Rating.of("u1", "i1", 7)); // another of the pair
    ratings.add(Rating.of("few", "i0", 3));
    ratings.add(Rating.of("few", "i1", 3));
    ratings.add(Rating.of("u3", "rare", 3));
    return ratings;
  }

  @Test
  void whatIsLeftOutIsCountedByItsReason(TestPipeline pipeline) {
    Als als =
        Als.create()
            .withRank(2)
            .withMaxIter(1)
            .withNumUserBlocks(3)
            .withDropDuplicates(true)
            .withAggregate(RatingBlock.Aggregate.mean)
            .withMinRatings(3, 2);
    PCollection<DroppedRatings> dropped =
        Objects.requireNonNull(pipeline.apply(Create.of(ratings())).apply(als).dropped());
    PAssert.that(dropped).containsInAnyOrder(new DroppedRatings(1, 1, 3, 1));
    pipeline.run().waitUntilFinish();
  }

  @Test
  void whereNothingCanBeLeftOutThereIsNoCount(TestPipeline pipeline) {
    assertNull(pipeline.apply(Create.of(ratings())).apply(Als.create().withMaxIter(1)).dropped());
    pipeline.run().waitUntilFinish();
  }
}
