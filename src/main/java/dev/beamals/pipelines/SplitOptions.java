package dev.beamals.pipelines;

import dev.beamals.ratings.SplitRatings;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of every command that holds rows out. */
@Group(Group.Name.quality)
public interface SplitOptions extends CommandOptions {

  @Description(
      "Which rows are held out: 'random', a share of all rows; 'user', so many rows of each user, or"
          + " a share of them, at random; 'latest', the latest of each user; 'time', all rows from a"
          + " moment on, or the latest share of all; 'column', what --splitCol says.")
  @Default.Enum("random")
  SplitRatings.Mode getSplitMode();

  void setSplitMode(SplitRatings.Mode splitMode);

  @Description("Column that says of each row train, validation or test, with --splitMode=column.")
  @Nullable String getSplitCol();

  void setSplitCol(@Nullable String splitCol);

  @Description("Share of the rows held out to test on, from 0 to below 1.")
  @Default.Double(0)
  double getTestFraction();

  void setTestFraction(double testFraction);

  @Description(
      "With --splitMode=user or latest: how many rows of each user are held out to test on, instead"
          + " of --testFraction.")
  @Nullable Integer getTestRows();

  void setTestRows(@Nullable Integer testRows);

  @Description(
      "With --splitMode=time: the moment of the first test rows, in seconds since the epoch or as"
          + " 2018-01-31 or 2018-01-31T12:00:00Z, instead of --testFraction.")
  @Nullable String getTestFrom();

  void setTestFrom(@Nullable String testFrom);

  @Description(
      "Share of the rows held out to choose a model on: of 'latest' and 'time' those right before"
          + " the test rows.")
  @Default.Double(0)
  double getValidationFraction();

  void setValidationFraction(double validationFraction);

  @Description("As --testRows, to choose a model on.")
  @Nullable Integer getValidationRows();

  void setValidationRows(@Nullable Integer validationRows);

  @Description("As --testFrom, to choose a model on: all rows from then until the test rows.")
  @Nullable String getValidationFrom();

  void setValidationFrom(@Nullable String validationFrom);

  @Description(
      "A new folder for the rows of each part as they were read: train-*.csv, test-*.csv and"
          + " validation-*.csv.")
  @Group(Group.Name.output)
  @Nullable String getWriteSplit();

  void setWriteSplit(@Nullable String writeSplit);
}
