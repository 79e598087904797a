package dev.beamals.pipelines;

import dev.beamals.als.AlsModel;
import dev.beamals.csv.CsvFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.model.SavedFactors;
import dev.beamals.model.SavedModel;
import dev.beamals.recommend.SimilarIds;
import dev.beamals.recommend.Titles;
import dev.beamals.recommend.WriteScores;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.values.PCollectionView;

/** {@code als similar}: the items most like an item, or users like a user, by cosine. */
final class Similar extends TopKCommand<SimilarOptions> {
  Similar(List<String> args, PrintStream out, PrintStream progress) {
    super(SimilarOptions.class, args, out, progress);
  }

  @Override
  Side side() {
    boolean users =
        options.getAll()
            ? options.getFor() == TopKOptions.Sides.users
            : options.getUser() != null || options.getUsers() != null;
    return users ? Side.USER : Side.ITEM;
  }

  @Override
  void check() {
    int given = 0;
    given += options.getItem() != null ? 1 : 0;
    given += options.getItems() != null ? 1 : 0;
    given += options.getUser() != null ? 1 : 0;
    given += options.getUsers() != null ? 1 : 0;
    given += options.getAll() ? 1 : 0;
    require(given == 1, "--item, --items, --user, --users and --all: expected one of them");
    require(options.getAll() || !arguments.isTyped("for"), "--for: expected with --all only");
    require(
        side() == Side.ITEM || options.getTitles() == null,
        "--titles: expected with a table of items");
    require(
        side() == Side.ITEM || options.getMinItemRatings() == 1,
        "--minItemRatings: expected with a table of items");
    checkTopK();
  }

  @Override
  void run(SavedModel model) throws IOException {
    Side side = side();
    List<CsvFile> wantedFiles = wantedFiles(model);
    List<CsvFile> titleFiles = Inputs.titles(options, model);
    SavedFactors files = model.factors(side);
    try (ResultFolder folder = createFolder()) {
      int cores = setUpRunner();
      Pipeline pipeline = Pipeline.create(options);
      int blocks = blocks(files, cores);
      AlsModel factors = model.in(pipeline);
      SimilarIds similar =
          SimilarIds.from(factors).withTopK(options.getTopK()).withNumBlocks(blocks);
      if (side == Side.USER) {
        similar = similar.forUsers();
      }
      PCollectionView<Ids> wanted = wanted(pipeline, model, factors, wantedFiles, folder);
      if (wanted != null) {
        similar = similar.withIds(wanted);
      }
      PCollectionView<Ids> candidates = candidates(pipeline, model, folder, null);
      if (candidates != null) {
        similar = similar.withCandidates(candidates);
      }
      Titles titles = loadTitles(pipeline, options, titleFiles, folder);
      WriteScores table = table(folder, model, "similar", side, "cosine", blocks, titles);
      write(pipeline.apply("FindSimilar", similar), table, folder);
      run(pipeline);
      finish(
          folder.take(COUNTS, WriteScores.Counts.coder()),
          folder,
          model,
          table,
          wantedFiles,
          titleFiles);
    }
  }
}
