package dev.beamals.schematransforms;

import com.google.auto.value.AutoValue;
import dev.beamals.als.AlsModel;
import dev.beamals.ids.CollectIds;
import dev.beamals.ids.Ids;
import dev.beamals.model.ReadModel;
import dev.beamals.ratings.BatchRatings;
import dev.beamals.ratings.Rating;
import dev.beamals.recommend.RecommendTopK;
import java.util.List;
import org.apache.beam.sdk.schemas.AutoValueSchema;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.apache.beam.sdk.schemas.annotations.SchemaFieldDescription;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.schemas.transforms.TypedSchemaTransformProvider;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.jspecify.annotations.Nullable;

/**
 * Recommends out of a saved model: {@value #IDENTIFIER}.
 *
 * <p>Inputs, both optional: {@code input}, rows with the users to recommend to, instead of all; and
 * {@code seen}, rows with a user and an item, pairs that are not recommended. Output {@code
 * output}: {@code user, rank, item, score}.
 */
public final class RecommendProvider
    extends TypedSchemaTransformProvider<RecommendProvider.Configuration> {
  static final String IDENTIFIER = "beam:schematransform:dev.beamals:recommend:v1";
  static final String SEEN = "seen";

  /** What a caller says. */
  @DefaultSchema(AutoValueSchema.class)
  @AutoValue
  public abstract static class Configuration {
    @SchemaFieldDescription("Folder of a model, saved by beam-als or by Spark MLlib.")
    public abstract String getModel();

    @SchemaFieldDescription("How many items for each user. Default: 10.")
    public abstract @Nullable Integer getTopK();

    @SchemaFieldDescription("Field of the user: string or whole number. Default: user.")
    public abstract @Nullable String getUserCol();

    @SchemaFieldDescription("Field of the item in 'seen'. Default: item.")
    public abstract @Nullable String getItemCol();

    static Builder builder() {
      return new AutoValue_RecommendProvider_Configuration.Builder();
    }

    @AutoValue.Builder
    abstract static class Builder {
      abstract Builder setModel(String model);

      abstract Builder setTopK(@Nullable Integer topK);

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
    return "Finds for users of a saved model the items with the highest predictions.";
  }

  @Override
  public List<String> inputCollectionNames() {
    return List.of(Columns.INPUT, SEEN);
  }

  @Override
  public List<String> outputCollectionNames() {
    return List.of(Columns.OUTPUT);
  }

  @Override
  protected SchemaTransform from(Configuration configuration) {
    return new Recommend(configuration);
  }

  private static final class Recommend extends SchemaTransform {
    private static final long serialVersionUID = 1L;
    private final transient Configuration configuration;

    Recommend(Configuration configuration) {
      this.configuration = configuration;
    }

    @Override
    public PCollectionRowTuple expand(PCollectionRowTuple input) {
      AlsModel model =
          input.getPipeline().apply("ReadModel", ReadModel.from(configuration.getModel()));
      RecommendTopK topK = RecommendTopK.from(model);
      if (configuration.getTopK() != null) {
        topK = topK.withTopK(configuration.getTopK());
      }
      if (input.has(Columns.INPUT)) {
        // Of a row of a user alone the item does not matter.
        String userCol = configuration.getUserCol() == null ? "user" : configuration.getUserCol();
        PCollectionView<Ids> users =
            input
                .get(Columns.INPUT)
                .apply("ToUsers", Columns.ratings(userCol, userCol).withoutRatings())
                .apply(
                    "TakeUsers", MapElements.into(TypeDescriptors.strings()).via(Rating::getUser))
                .apply("CollectUsers", CollectIds.create());
        topK = topK.withIds(users);
      }
      if (input.has(SEEN)) {
        topK =
            topK.withSeen(
                input
                    .get(SEEN)
                    .apply(
                        "ToPairs",
                        Columns.ratings(configuration.getUserCol(), configuration.getItemCol())
                            .withoutRatings())
                    .apply("BatchSeen", BatchRatings.create().withoutRatings()));
      }
      return PCollectionRowTuple.of(
          Columns.OUTPUT, input.getPipeline().apply("RecommendTopK", topK.asRows()));
    }
  }
}
