package dev.beamals.ratings;

import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;

final class CombineAllTest {
  private static void check(List<Ids> sets, Ids united) {
    Pipeline pipeline = Pipeline.create();
    PCollection<Ids> one =
        pipeline
            .apply(Create.of(sets).withCoder(UniteIds.coder()))
            .apply(CombineAll.of(Ids.of("neutral"), new UniteIds.UnionFn()));
    PAssert.that(one).containsInAnyOrder(united);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void combinesAllElementsAndTheNeutralOne() {
    check(List.of(Ids.of(1, 2), Ids.of(2, 3), Ids.of("a")), Ids.of("1", "2", "3", "a", "neutral"));
  }

  @Test
  void hasTheNeutralOneForNoElement() {
    check(List.of(), Ids.of("neutral"));
  }
}
