package dev.beamals.pipelines;

import java.util.List;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als compare}. */
@Usage(
    words = "models",
    required = {"models", "input"},
    examples = {
      "als compare als_model other --input=test.csv",
      "als compare als_model other --input=test.csv --excludeSeen=train.csv --topK=10"
    })
@Group(Group.Name.quality)
public interface CompareOptions extends RatingsOptions, RankingOptions {

  @Description(
      "Folders of the models, comma-separated: each further one is compared with the first, which"
          + " is also the one whose training says how CSV files are read.")
  @Group(Group.Name.model)
  @Nullable List<String> getModels();

  void setModels(@Nullable List<String> models);

  @Description(
      "Files of the rows that the models were trained on, with the columns of --input: with"
          + " them lists of recommended items are compared too, without what a user has there.")
  @Nullable List<String> getExcludeSeen();

  void setExcludeSeen(@Nullable List<String> excludeSeen);
}
