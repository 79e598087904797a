package dev.beamals.pipelines;

import java.util.List;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of every command that reads CSV files. */
public interface CsvOptions extends CommandOptions {

  @Description(
      "How many unreadable rows fail the run if exceeded. Default: 1 % of the rows, at least 1.")
  @Nullable Long getMaxRejects();

  void setMaxRejects(@Nullable Long maxRejects);

  @Description(
      "What makes two ids one: 'auto', their value where all ids of the column are numbers, so that"
          + " 1, 1.0 and 1e0 are one, else what is written; 'string', always what is written; 'int',"
          + " their value, and rows whose id is not a whole number cannot be read. Default: auto;"
          + " beside a model, as in its training.")
  @Nullable String getIdType();

  void setIdType(@Nullable String idType);

  @Description(
      "What is taken for an empty field, comma-separated; '' for the empty field alone. Default:"
          + " what pandas takes for missing (NA, N/A, NaN, nan, NULL, null, None and so on) and \\N;"
          + " beside a model, what it was trained with.")
  @Nullable List<String> getNullValues();

  void setNullValues(@Nullable List<String> nullValues);
}
