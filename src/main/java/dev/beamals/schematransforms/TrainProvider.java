package dev.beamals.schematransforms;

import com.google.auto.value.AutoValue;
import dev.beamals.als.Als;
import dev.beamals.als.AlsModel;
import dev.beamals.als.AlsParameters;
import dev.beamals.blocks.Factors;
import dev.beamals.ids.Side;
import dev.beamals.model.WriteModel;
import dev.beamals.ratings.CheckRatings;
import dev.beamals.ratings.RowsToRatings;
import java.util.List;
import org.apache.beam.sdk.schemas.AutoValueSchema;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.apache.beam.sdk.schemas.annotations.SchemaFieldDescription;
import org.apache.beam.sdk.schemas.transforms.Convert;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.schemas.transforms.TypedSchemaTransformProvider;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * Trains on rows of interactions: {@value #IDENTIFIER}.
 *
 * <p>Input {@code input}: rows with a user, an item and a rating. Outputs: {@code userFactors} and
 * {@code itemFactors} ({@code id, features}), and {@code rejects} ({@code rating, reason}), the
 * rows that cannot be trained on.
 */
public final class TrainProvider extends TypedSchemaTransformProvider<TrainProvider.Configuration> {
  static final String IDENTIFIER = "beam:schematransform:dev.beamals:train:v1";
  static final String USER_FACTORS = "userFactors";
  static final String ITEM_FACTORS = "itemFactors";
  static final String REJECTS = "rejects";

  /** What a caller says. */
  @DefaultSchema(AutoValueSchema.class)
  @AutoValue
  public abstract static class Configuration {
    @SchemaFieldDescription("Field of the user: string or whole number. Default: user.")
    public abstract @Nullable String getUserCol();

    @SchemaFieldDescription("Field of the item: string or whole number. Default: item.")
    public abstract @Nullable String getItemCol();

    @SchemaFieldDescription("Field of the rating: any number. Default: rating.")
    public abstract @Nullable String getRatingCol();

    @SchemaFieldDescription("Number of factors, 1 to 512. Default: 10.")
    public abstract @Nullable Integer getRank();

    @SchemaFieldDescription("Number of iterations, 1 to 1000. Default: 10.")
    public abstract @Nullable Integer getMaxIter();

    @SchemaFieldDescription("Regularization, at least 0; see regScaling. Default: 0.1.")
    public abstract @Nullable Double getRegParam();

    @SchemaFieldDescription("Seed of the initial factors. Default: 0.")
    public abstract @Nullable Long getSeed();

    @SchemaFieldDescription(
        "Whether ratings are counts or durations: implicit feedback. Default: false.")
    public abstract @Nullable Boolean getImplicitPrefs();

    @SchemaFieldDescription(
        "With implicitPrefs, how much surer a unit of the rating is, above 0. Default: 1.")
    public abstract @Nullable Double getAlpha();

    @SchemaFieldDescription("Whether all factors are at least 0. Default: false.")
    public abstract @Nullable Boolean getNonnegative();

    @SchemaFieldDescription(
        "What the regularization of a row is multiplied with: ratings, weights or none. Default:"
            + " ratings, their number.")
    public abstract @Nullable String getRegScaling();

    @SchemaFieldDescription("Regularization of users. Default: regParam.")
    public abstract @Nullable Double getUserRegParam();

    @SchemaFieldDescription("Regularization of items. Default: regParam.")
    public abstract @Nullable Double getItemRegParam();

    @SchemaFieldDescription("Whether users and items have biases. Default: false.")
    public abstract @Nullable Boolean getBiases();

    @SchemaFieldDescription(
        "Whether the mean of the ratings is a part of every prediction. Default: false.")
    public abstract @Nullable Boolean getCenter();

    @SchemaFieldDescription("Regularization of biases, above 0. Default: that of their side.")
    public abstract @Nullable Double getBiasRegParam();

    @SchemaFieldDescription(
        "Ends the training when an iteration lowers the objective by less than this share of it."
            + " Default: 0, never before maxIter.")
    public abstract @Nullable Double getTolerance();

    @SchemaFieldDescription(
        "How the equations of a row are solved: cholesky, exactly, or cg, by conjugate gradients."
            + " Default: cholesky.")
    public abstract @Nullable String getSolver();

    @SchemaFieldDescription("Steps of cg for a row and half-step. Default: 3.")
    public abstract @Nullable Integer getCgSteps();

    @SchemaFieldDescription("Keep rows of equal user, item and rating once. Default: false.")
    public abstract @Nullable Boolean getDropDuplicates();

    @SchemaFieldDescription(
        "Folder to save the model to; an older model there is replaced at the very end.")
    public abstract @Nullable String getOutput();

    static Builder builder() {
      return new AutoValue_TrainProvider_Configuration.Builder();
    }

    @AutoValue.Builder
    abstract static class Builder {
      abstract Builder setUserCol(@Nullable String userCol);

      abstract Builder setItemCol(@Nullable String itemCol);

      abstract Builder setRatingCol(@Nullable String ratingCol);

      abstract Builder setRank(@Nullable Integer rank);

      abstract Builder setMaxIter(@Nullable Integer maxIter);

      abstract Builder setRegParam(@Nullable Double regParam);

      abstract Builder setSeed(@Nullable Long seed);

      abstract Builder setImplicitPrefs(@Nullable Boolean implicitPrefs);

      abstract Builder setAlpha(@Nullable Double alpha);

      abstract Builder setNonnegative(@Nullable Boolean nonnegative);

      abstract Builder setRegScaling(@Nullable String regScaling);

      abstract Builder setUserRegParam(@Nullable Double userRegParam);

      abstract Builder setItemRegParam(@Nullable Double itemRegParam);

      abstract Builder setBiases(@Nullable Boolean biases);

      abstract Builder setCenter(@Nullable Boolean center);

      abstract Builder setBiasRegParam(@Nullable Double biasRegParam);

      abstract Builder setTolerance(@Nullable Double tolerance);

      abstract Builder setSolver(@Nullable String solver);

      abstract Builder setCgSteps(@Nullable Integer cgSteps);

      abstract Builder setDropDuplicates(@Nullable Boolean dropDuplicates);

      abstract Builder setOutput(@Nullable String output);

      abstract Configuration build();
    }
  }

  @Override
  public String identifier() {
    return IDENTIFIER;
  }

  @Override
  public String description() {
    return "Trains a recommender by alternating least squares on rows of user, item and rating.";
  }

  @Override
  public List<String> inputCollectionNames() {
    return List.of(Columns.INPUT);
  }

  @Override
  public List<String> outputCollectionNames() {
    return List.of(USER_FACTORS, ITEM_FACTORS, REJECTS);
  }

  @Override
  protected SchemaTransform from(Configuration configuration) {
    return new Train(configuration);
  }

  private static final class Train extends SchemaTransform {
    private static final long serialVersionUID = 1L;
    private final transient Configuration configuration;

    Train(Configuration configuration) {
      this.configuration = configuration;
    }

    @Override
    public PCollectionRowTuple expand(PCollectionRowTuple input) {
      RowsToRatings toRatings =
          Columns.ratings(configuration.getUserCol(), configuration.getItemCol());
      if (configuration.getRatingCol() != null) {
        toRatings = toRatings.withRatingCol(configuration.getRatingCol());
      }
      PCollectionTuple checked =
          input
              .get(Columns.INPUT)
              .apply("ToRatings", toRatings)
              .apply("Check", CheckRatings.create());
      Als als =
          Als.create()
              .withParameters(parameters())
              .withDropDuplicates(Boolean.TRUE.equals(configuration.getDropDuplicates()));
      AlsModel model = checked.get(CheckRatings.ratings()).apply("Train", als);
      if (configuration.getOutput() != null) {
        model.apply("WriteModel", WriteModel.to(configuration.getOutput()));
      }
      return PCollectionRowTuple.of(
              USER_FACTORS, model.factors(Side.USER).blocks().apply("UserRows", Factors.toRows()))
          .and(ITEM_FACTORS, model.factors(Side.ITEM).blocks().apply("ItemRows", Factors.toRows()))
          .and(REJECTS, checked.get(CheckRatings.rejects()).apply("RejectRows", Convert.toRows()));
    }

    /** Whatever parameter of ALS the configuration has a field for. */
    private AlsParameters parameters() {
      Row given = Columns.row(configuration, Configuration.class);
      AlsParameters parameters = AlsParameters.create();
      for (String name : AlsParameters.names()) {
        Object value = given.getValue(name);
        if (value != null) {
          parameters = parameters.with(name, value);
        }
      }
      return parameters;
    }
  }
}
