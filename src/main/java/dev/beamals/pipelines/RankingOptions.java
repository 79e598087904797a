package dev.beamals.pipelines;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of every command that judges what a model recommends. */
@Group(Group.Name.quality)
public interface RankingOptions extends CommandOptions {

  @Description(
      "Lengths of the lists of recommended items that are judged, comma-separated, each from 1 to"
          + " 100000; 'none' judges none.")
  @Default.String("10")
  String getTopK();

  void setTopK(String topK);

  @Description(
      "The least rating of an item that is relevant to its user, to judge lists. Default: with"
          + " --implicitPrefs every rating above 0, else every rating.")
  @Nullable Double getRelevantFrom();

  void setRelevantFrom(@Nullable Double relevantFrom);
}
