package dev.beamals;

import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;

final class CombineAllTest {
  private static void check(List<Long> numbers, long sum) {
    Pipeline pipeline = Pipeline.create();
    PCollection<Long> one =
        pipeline
            .apply(Create.of(numbers).withCoder(VarLongCoder.of()))
            .apply(CombineAll.create(1000L, Sum.ofLongs()));
    PAssert.that(one).containsInAnyOrder(sum);
    pipeline.run().waitUntilFinish();
  }

  @Test
  void combinesAllElementsAndTheNeutralOne() {
    check(List.of(1L, 2L, 3L), 1006);
  }

  @Test
  void takesWhatTwoAreTogether() {
    Pipeline pipeline = Pipeline.create();
    PAssert.that(
            pipeline
                .apply(Create.of("a", "abc", "ab"))
                .apply(
                    CombineAll.create(
                        "", (left, right) -> left.length() > right.length() ? left : right)))
        .containsInAnyOrder("abc");
    pipeline.run().waitUntilFinish();
  }

  @Test
  void hasTheNeutralOneForNoElement() {
    check(List.of(), 1000);
  }
}
