package dev.beamals.pipelines;

import dev.beamals.blocks.RatingBlock;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of every command that reads ratings. */
@Group(Group.Name.data)
public interface InputOptions extends CsvOptions {

  @Description(
      "Files of interactions, CSV, Parquet or JSON lines, comma-separated; folders, globs, '-' for"
          + " the standard input, and gz, bz2, zst and zip are fine.")
  @Nullable List<String> getInput();

  void setInput(@Nullable List<String> input);

  @Description(
      "Drop rows with any empty column. With false, only rows without user, item or rating go.")
  @Default.Boolean(true)
  boolean getDropMissing();

  void setDropMissing(boolean dropMissing);

  @Description("Keep rows that are equal in all columns once.")
  @Default.Boolean(true)
  boolean getDropDuplicates();

  void setDropDuplicates(boolean dropDuplicates);

  @Description(
      "What becomes of several rows of a user and an item: 'none' keeps all of them, 'sum' adds"
          + " them up, 'mean' takes their mean, 'last' the one with the latest time.")
  @Default.Enum("none")
  RatingBlock.Aggregate getAggregate();

  void setAggregate(RatingBlock.Aggregate aggregate);
}
