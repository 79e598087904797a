package dev.beamals.pipelines;

import dev.beamals.als.AlsParameters;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of a command that solves rows of ratings against the factors of a model. */
@Group(Group.Name.model)
public interface SolveOptions extends ModelOptions, RatingsOptions {

  @Description(
      "As in train. Default: that of the training; a model of Spark MLlib does not tell it.")
  @Nullable Boolean getImplicitPrefs();

  void setImplicitPrefs(@Nullable Boolean implicitPrefs);

  @Description(
      "As in train. Default: that of the training; a model of Spark MLlib does not tell it.")
  @Nullable Double getAlpha();

  void setAlpha(@Nullable Double alpha);

  @Description(
      "As in train. Default: that of the training; a model of Spark MLlib does not tell it.")
  @Nullable Boolean getNonnegative();

  void setNonnegative(@Nullable Boolean nonnegative);

  @Description("As in train. Default: that of the training.")
  AlsParameters.@Nullable RegScaling getRegScaling();

  void setRegScaling(AlsParameters.@Nullable RegScaling regScaling);

  @Description(
      "Regularization, at least 0; see --regScaling. Default: that of the training; a model of Spark"
          + " MLlib does not tell it.")
  @Nullable Double getRegParam();

  void setRegParam(@Nullable Double regParam);
}
