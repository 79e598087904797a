package dev.beamals.pipelines;

import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The flags of {@code scripts/als report}. */
@Usage(
    words = "model",
    examples = {
      "als report als_model",
      "als report als_model --titles=movies.csv --user=7162 --output=page.html"
    })
@Group(Group.Name.output)
public interface ReportOptions extends TitleOptions, RatingsOptions {

  @Description("The file of the page. An older one is replaced.")
  @Default.String("report.html")
  String getOutput();

  void setOutput(String output);

  @Description(
      "Users whose history and recommendations are shown, comma-separated, at most 20. Default: some"
          + " of all.")
  @Nullable List<String> getUser();

  void setUser(@Nullable List<String> user);
}
