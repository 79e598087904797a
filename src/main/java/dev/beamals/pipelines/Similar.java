package dev.beamals.pipelines;

import dev.beamals.files.ResultFolder;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ids.UniteIds;
import dev.beamals.model.SavedFactors;
import dev.beamals.model.SavedModel;
import dev.beamals.recommend.SimilarIds;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.View;
import org.jspecify.annotations.Nullable;

/** {@code als similar}: the items most like an item, or users like a user, by cosine. */
final class Similar extends TopKCommand<SimilarOptions> {
  Similar(List<String> args, PrintStream out, PrintStream progress) {
    super(SimilarOptions.class, args, out, progress);
  }

  private @Nullable String single() {
    return options.getItem() != null ? options.getItem() : options.getUser();
  }

  @Override
  void check() {
    int given = 0;
    given += options.getItem() != null ? 1 : 0;
    given += options.getUser() != null ? 1 : 0;
    given += options.getAll() ? 1 : 0;
    require(given == 1, "--item, --user and --all: expected one of them");
    require(options.getAll() || !arguments.has("for"), "--for: expected with --all only");
    checkTopK(single() != null);
  }

  @Override
  void run(SavedModel model) throws IOException {
    boolean users =
        options.getUser() != null
            || (options.getAll() && options.getFor() == TopKOptions.Sides.users);
    SavedFactors files = model.factors(users ? Side.USER : Side.ITEM);
    try (ResultFolder folder = createFolder()) {
      int cores = setUpRunner();
      Pipeline pipeline = Pipeline.create(options);
      String single = single();
      int blocks = blocks(files, cores);
      SimilarIds similar =
          SimilarIds.from(model.in(pipeline)).withTopK(options.getTopK()).withNumBlocks(blocks);
      if (users) {
        similar = similar.forUsers();
      }
      if (single != null) {
        similar =
            similar.withIds(
                pipeline
                    .apply("WantedId", Create.of(Ids.of(single)).withCoder(UniteIds.coder()))
                    .apply("ViewWantedId", View.asSingleton()));
      }
      Column src = Column.ids(users ? "user" : "item", files.intIds());
      Column dst = Column.ids("similar", files.intIds());
      write(pipeline.apply("FindSimilar", similar), folder, src, dst, "cosine", blocks);
      run(pipeline);
      finish(
          folder,
          src,
          dst,
          "cosine",
          single == null ? null : "--" + src.name() + "=" + single + ": not in the model");
    }
  }
}
