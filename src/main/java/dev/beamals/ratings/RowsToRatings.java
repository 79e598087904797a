package dev.beamals.ratings;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.google.auto.value.AutoValue;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.joda.time.ReadableInstant;
import org.jspecify.annotations.Nullable;

/**
 * Makes ratings of rows, from the fields that are named: what Beam SQL, BigQuery, Avro and others
 * give.
 *
 * <pre>{@code
 * PCollection<Rating> ratings =
 *     rows.apply(
 *         "ToRatings",
 *         RowsToRatings.create().withUserCol("listener").withItemCol("track").withRatingCol("plays"));
 * }</pre>
 *
 * <p>Users and items are strings or whole numbers, ratings any numbers, times datetimes. A null
 * user or item becomes an empty one and a null rating becomes NaN, which {@link CheckRatings} puts
 * aside and training refuses.
 */
@AutoValue
public abstract class RowsToRatings extends PTransform<PCollection<Row>, PCollection<Rating>> {
  private static final long serialVersionUID = 1L;

  private static final List<TypeName> IDS =
      List.of(TypeName.STRING, TypeName.BYTE, TypeName.INT16, TypeName.INT32, TypeName.INT64);
  private static final List<TypeName> NUMBERS =
      List.of(
          TypeName.FLOAT,
          TypeName.DOUBLE,
          TypeName.BYTE,
          TypeName.INT16,
          TypeName.INT32,
          TypeName.INT64,
          TypeName.DECIMAL);

  abstract String userCol();

  abstract String itemCol();

  abstract @Nullable String ratingCol();

  abstract @Nullable String timestampCol();

  /** Fields {@code user}, {@code item} and {@code rating}, and no time. */
  public static RowsToRatings create() {
    return new AutoValue_RowsToRatings("user", "item", "rating", null);
  }

  public RowsToRatings withUserCol(String userCol) {
    return new AutoValue_RowsToRatings(userCol, itemCol(), ratingCol(), timestampCol());
  }

  public RowsToRatings withItemCol(String itemCol) {
    return new AutoValue_RowsToRatings(userCol(), itemCol, ratingCol(), timestampCol());
  }

  public RowsToRatings withRatingCol(String ratingCol) {
    return new AutoValue_RowsToRatings(userCol(), itemCol(), ratingCol, timestampCol());
  }

  /** For pairs: every rating is 1. */
  public RowsToRatings withoutRatings() {
    return new AutoValue_RowsToRatings(userCol(), itemCol(), null, timestampCol());
  }

  public RowsToRatings withTimestampCol(String timestampCol) {
    return new AutoValue_RowsToRatings(userCol(), itemCol(), ratingCol(), timestampCol);
  }

  /**
   * @throws IllegalArgumentException naming a field that is not there or of another type
   */
  @Override
  public PCollection<Rating> expand(PCollection<Row> rows) {
    checkArgument(rows.hasSchema(), "%s: expected rows with a schema", rows.getName());
    Schema schema = rows.getSchema();
    check(schema, "userCol", userCol(), IDS);
    check(schema, "itemCol", itemCol(), IDS);
    if (ratingCol() != null) {
      check(schema, "ratingCol", ratingCol(), NUMBERS);
    }
    if (timestampCol() != null) {
      check(schema, "timestampCol", timestampCol(), List.of(TypeName.DATETIME));
    }
    return rows.apply(
        "MakeRatings", ParDo.of(new ConvertFn(userCol(), itemCol(), ratingCol(), timestampCol())));
  }

  private static void check(
      Schema schema, String parameter, String field, List<TypeName> expected) {
    checkArgument(
        schema.hasField(field),
        "%s=%s: no such field; the rows have %s",
        parameter,
        field,
        String.join(", ", schema.getFieldNames()));
    TypeName type = schema.getField(field).getType().getTypeName();
    checkArgument(
        expected.contains(type),
        "%s=%s: is of type %s; expected one of %s",
        parameter,
        field,
        type,
        expected);
  }

  static final class ConvertFn extends DoFn<Row, Rating> {
    private static final long serialVersionUID = 1L;
    private final String userCol;
    private final String itemCol;
    private final @Nullable String ratingCol;
    private final @Nullable String timestampCol;

    ConvertFn(
        String userCol, String itemCol, @Nullable String ratingCol, @Nullable String timestampCol) {
      this.userCol = userCol;
      this.itemCol = itemCol;
      this.ratingCol = ratingCol;
      this.timestampCol = timestampCol;
    }

    @ProcessElement
    public void processElement(@Element Row row, OutputReceiver<Rating> out) {
      Rating rating = Rating.of(id(row, userCol), id(row, itemCol), rating(row));
      ReadableInstant time = timestampCol == null ? null : row.getDateTime(timestampCol);
      out.output(time == null ? rating : rating.withTime(time.toInstant()));
    }

    private static String id(Row row, String field) {
      Object id = row.getValue(field);
      return id == null ? "" : id.toString();
    }

    private double rating(Row row) {
      if (ratingCol == null) {
        return 1;
      }
      Number rating = row.getValue(ratingCol);
      return rating == null ? Double.NaN : rating.doubleValue();
    }
  }
}
