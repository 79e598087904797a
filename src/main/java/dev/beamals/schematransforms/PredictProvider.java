package dev.beamals.schematransforms;

import com.google.auto.value.AutoValue;
import dev.beamals.als.AlsModel;
import dev.beamals.model.ReadModel;
import dev.beamals.recommend.PredictRatings;
import java.util.List;
import org.apache.beam.sdk.schemas.AutoValueSchema;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.apache.beam.sdk.schemas.annotations.SchemaFieldDescription;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.schemas.transforms.TypedSchemaTransformProvider;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.jspecify.annotations.Nullable;

/**
 * Predicts ratings by a saved model: {@value #IDENTIFIER}.
 *
 * <p>Input {@code input}: rows with a user and an item. Output {@code output}: {@code user, item,
 * prediction}; NaN where the model does not know the user or the item.
 */
public final class PredictProvider
    extends TypedSchemaTransformProvider<PredictProvider.Configuration> {
  static final String IDENTIFIER = "beam:schematransform:dev.beamals:predict:v1";

  /** What a caller says. */
  @DefaultSchema(AutoValueSchema.class)
  @AutoValue
  public abstract static class Configuration {
    @SchemaFieldDescription("Folder of a model, saved by beam-als or by Spark MLlib.")
    public abstract String getModel();

    @SchemaFieldDescription("Field of the user: string or whole number. Default: user.")
    public abstract @Nullable String getUserCol();

    @SchemaFieldDescription("Field of the item: string or whole number. Default: item.")
    public abstract @Nullable String getItemCol();

    static Builder builder() {
      return new AutoValue_PredictProvider_Configuration.Builder();
    }

    @AutoValue.Builder
    abstract static class Builder {
      abstract Builder setModel(String model);

      abstract Builder setUserCol(@Nullable String userCol);

      abstract Builder setItemCol(@Nullable String itemCol);

      abstract Configuration build();
    }
  }

  @Override
  public String identifier() {
    return IDENTIFIER;
  }

  @Override
  public String description() {
    return "Predicts the rating of every pair of a user and an item by a saved model.";
  }

  @Override
  public List<String> inputCollectionNames() {
    return List.of(Columns.INPUT);
  }

  @Override
  public List<String> outputCollectionNames() {
    return List.of(Columns.OUTPUT);
  }

  @Override
  protected SchemaTransform from(Configuration configuration) {
    return new Predict(configuration);
  }

  private static final class Predict extends SchemaTransform {
    private static final long serialVersionUID = 1L;
    private final transient Configuration configuration;

    Predict(Configuration configuration) {
      this.configuration = configuration;
    }

    @Override
    public PCollectionRowTuple expand(PCollectionRowTuple input) {
      AlsModel model =
          input.getPipeline().apply("ReadModel", ReadModel.from(configuration.getModel()));
      return PCollectionRowTuple.of(
          Columns.OUTPUT,
          input
              .get(Columns.INPUT)
              .apply(
                  "ToPairs",
                  Columns.ratings(configuration.getUserCol(), configuration.getItemCol())
                      .withoutRatings())
              .apply("Predict", PredictRatings.from(model).asRows()));
    }
  }
}
