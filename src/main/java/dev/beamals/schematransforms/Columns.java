package dev.beamals.schematransforms;

import dev.beamals.ratings.RowsToRatings;
import org.apache.beam.sdk.schemas.NoSuchSchemaException;
import org.apache.beam.sdk.schemas.SchemaRegistry;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** What the providers have in common: the input, its fields, and configurations as rows. */
final class Columns {
  /** The name of the main input, as Beam YAML gives it. */
  static final String INPUT = "input";

  /** The name of the only output, as Beam YAML takes it. */
  static final String OUTPUT = "output";

  private Columns() {}

  /** Fields that are named, or else {@code user} and {@code item}. */
  static RowsToRatings ratings(@Nullable String userCol, @Nullable String itemCol) {
    RowsToRatings ratings = RowsToRatings.create();
    if (userCol != null) {
      ratings = ratings.withUserCol(userCol);
    }
    return itemCol == null ? ratings : ratings.withItemCol(itemCol);
  }

  /** A configuration by the names of its fields. */
  static <T> Row row(T configuration, Class<T> type) {
    try {
      return SchemaRegistry.createDefault().getToRowFunction(type).apply(configuration);
    } catch (NoSuchSchemaException e) {
      throw new AssertionError("a configuration has a schema", e);
    }
  }
}
