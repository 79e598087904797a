package dev.beamals.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.beamals.ids.Ids;
import dev.beamals.ids.UniteIds;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestPipelineExtension;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestPipelineExtension.class)
final class MatchIdsTest {
  @Test
  void distinctIdsAreCountedAndTheFirstUnknownOnesNamed(TestPipeline pipeline) {
    PCollection<FactorBlock> factors =
        pipeline.apply(
            "Factors",
            Create.of(
                    new FactorBlock(Ids.of(1, 2, 3, 4), 1, new float[4]),
                    new FactorBlock(Ids.of("5", "a"), 1, new float[2]))
                .withCoder(FactorBlock.Coder.of()));
    PCollection<MatchIds.Match> match =
        pipeline
            .apply(
                "Ids",
                Create.of(Ids.of("1", "a", "9", "b"), Ids.of("8", "5", "1", "b", "70", "6"))
                    .withCoder(UniteIds.coder()))
            .apply("MatchIds", MatchIds.with(factors));
    PAssert.thatSingleton(match)
        .satisfies(
            found -> {
              // 1 5 6 8 9 70 a b; ints come before texts
              assertEquals(new MatchIds.Match(8, 3, Ids.of(6, 8, 9)), found);
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @Test
  void noIdsMatchNothing(TestPipeline pipeline) {
    PCollection<FactorBlock> factors =
        pipeline.apply(
            "Factors",
            Create.of(new FactorBlock(Ids.of(1), 1, new float[1]))
                .withCoder(FactorBlock.Coder.of()));
    PAssert.thatSingleton(
            pipeline
                .apply("Ids", Create.empty(UniteIds.coder()))
                .apply("MatchIds", MatchIds.with(factors)))
        .isEqualTo(new MatchIds.Match(0, 0, Ids.of(new int[0])));
    pipeline.run().waitUntilFinish();
  }
}
