package dev.beamals.pipelines;

import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of every command that reads CSV files. */
@Group(Group.Name.data)
public interface CsvOptions extends CommandOptions {

  @Description(
      "Print what each input file looks like, by a sample of it, and the flags to read it with; do"
          + " nothing else.")
  @Default.Boolean(false)
  boolean getSniff();

  void setSniff(boolean sniff);

  @Description(
      "How many unreadable rows fail the run if exceeded. Default: 1 % of the rows, at least 1.")
  @Nullable Long getMaxRejects();

  void setMaxRejects(@Nullable Long maxRejects);

  @Description(
      "The character around quoted fields; '' where quotes mean nothing. Default: \"; this and the"
          + " other flags of how a file is written: beside a model, that of its training.")
  @Nullable String getQuote();

  void setQuote(@Nullable String quote);

  @Description("The character before a quote in a quoted field. Default: the quote itself.")
  @Nullable String getEscape();

  void setEscape(@Nullable String escape);

  @Description(
      "Whether a quoted field may have line ends. Each file is then read from its start. Default:"
          + " false; a quote that is open at the end of its line fails the run.")
  @Nullable Boolean getMultiLine();

  void setMultiLine(@Nullable Boolean multiLine);

  @Description("The character with which a line begins that is no row. Default: none.")
  @Nullable String getComment();

  void setComment(@Nullable String comment);

  @Description("How many lines of each file to pass over, before its header. Default: 0.")
  @Nullable Integer getSkipLines();

  void setSkipLines(@Nullable Integer skipLines);

  @Description(
      "Encoding of the files, as latin1 or windows-1252. Default: UTF-8, and UTF-16 where a file"
          + " begins with its mark.")
  @Nullable String getEncoding();

  void setEncoding(@Nullable String encoding);

  @Description("What is before the fraction of a number. Default: a point.")
  @Nullable String getDecimal();

  void setDecimal(@Nullable String decimal);

  @Description("What is between groups of three digits of a number. Default: nothing.")
  @Nullable String getThousands();

  void setThousands(@Nullable String thousands);

  @Description("Zone of times that tell none, as Europe/Berlin. Default: UTC.")
  @Nullable String getTimeZone();

  void setTimeZone(@Nullable String timeZone);

  @Description(
      "How times are written, as 'dd.MM.yyyy HH:mm'. Default: numbers of seconds or milliseconds,"
          + " and ISO 8601 as 2018-01-31 or 2018-01-31T12:00:00Z.")
  @Nullable String getTimestampFormat();

  void setTimestampFormat(@Nullable String timestampFormat);

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
