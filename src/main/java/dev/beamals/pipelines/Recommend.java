package dev.beamals.pipelines;

import dev.beamals.csv.CsvFile;
import dev.beamals.csv.CsvFormat;
import dev.beamals.csv.LoadRatings;
import dev.beamals.files.ResultFile;
import dev.beamals.files.ResultFolder;
import dev.beamals.files.TableWriter.Column;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import dev.beamals.ids.UniteIds;
import dev.beamals.model.SavedFactors;
import dev.beamals.model.SavedModel;
import dev.beamals.ratings.RatingBatch;
import dev.beamals.recommend.RecommendTopK;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** {@code als recommend}: the best items for users, or the best users for items. */
final class Recommend extends TopKCommand<RecommendOptions> {
  Recommend(List<String> args, PrintStream out, PrintStream progress) {
    super(RecommendOptions.class, args, out, progress);
  }

  private boolean forItems() {
    return options.getFor() == TopKOptions.Sides.items;
  }

  private @Nullable String single() {
    return forItems() ? options.getItem() : options.getUser();
  }

  private @Nullable List<String> wanted() {
    return forItems() ? options.getItems() : options.getUsers();
  }

  @Override
  void check() {
    require(
        forItems() || (options.getItem() == null && options.getItems() == null),
        "--item and --items: expected with --for=items only");
    require(
        !forItems() || (options.getUser() == null && options.getUsers() == null),
        "--user and --users: expected without --for=items only");
    require(
        single() == null || wanted() == null,
        forItems()
            ? "--item and --items: expected one of them"
            : "--user and --users: expected one of them");
    checkTopK(single() != null);
  }

  @Override
  void run(SavedModel model) throws IOException {
    Side side = forItems() ? Side.ITEM : Side.USER;
    String userCol = Inputs.userCol(options, model);
    String itemCol = Inputs.itemCol(options, model);
    String srcCol = forItems() ? itemCol : userCol;
    String dstCol = forItems() ? userCol : itemCol;
    CsvFormat format = Inputs.format(options, model);
    String wantedFlag = forItems() ? "items" : "users";
    List<CsvFile> wantedFiles = findIds(wantedFlag, wanted(), srcCol, format);
    List<CsvFile> candidateFiles = findIds("candidates", options.getCandidates(), dstCol, format);
    List<String> seenPatterns = options.getExcludeSeen();
    List<CsvFile> seenFiles =
        seenPatterns == null
            ? List.of()
            : CsvFile.find("excludeSeen", seenPatterns, format.withPairs(userCol, itemCol));

    SavedFactors src = model.factors(side);
    SavedFactors dst = model.factors(side.other());
    try (ResultFolder folder = createFolder()) {
      int cores = setUpRunner();
      Pipeline pipeline = Pipeline.create(options);
      PCollection<Ids> wantedIds = null;
      String single = single();
      if (single != null) {
        wantedIds =
            pipeline.apply("WantedId", Create.of(Ids.of(single)).withCoder(UniteIds.coder()));
      } else if (!wantedFiles.isEmpty()) {
        wantedIds = ids(load(pipeline, "LoadWanted", wantedFlag, wantedFiles, folder), "WantedIds");
        wantedIds.apply("WriteWantedIds", ResultFile.<Ids>write(folder.path() + "wanted.bin"));
      }
      int blocks = blocks(src, cores);
      RecommendTopK topK =
          RecommendTopK.from(model.in(pipeline)).withTopK(options.getTopK()).withNumBlocks(blocks);
      if (forItems()) {
        topK = topK.forItems();
      }
      if (wantedIds != null) {
        topK = topK.withIds(wantedIds.apply("ViewWantedIds", View.asSingleton()));
      }
      if (!candidateFiles.isEmpty()) {
        topK =
            topK.withCandidates(
                ids(load(pipeline, "LoadCandidates", "candidates", candidateFiles, folder), "Ids")
                    .apply("ViewCandidates", View.asSingleton()));
      }
      if (!seenFiles.isEmpty()) {
        topK = topK.withSeen(load(pipeline, "LoadSeen", "excludeSeen", seenFiles, folder));
      }
      Column srcColumn = Column.ids(forItems() ? "item" : "user", src.intIds());
      Column dstColumn = Column.ids(forItems() ? "user" : "item", dst.intIds());
      write(pipeline.apply("RecommendTopK", topK), folder, srcColumn, dstColumn, "score", blocks);
      run(pipeline);
      if (!wantedFiles.isEmpty()) {
        report(folder, wantedFlag);
        Ids ids = folder.take("wanted.bin", UniteIds.coder());
        print("%s in --%s%n", count(ids.size(), "id"), wantedFlag);
      }
      if (!candidateFiles.isEmpty()) {
        report(folder, "candidates");
      }
      if (!seenFiles.isEmpty()) {
        report(folder, "excludeSeen");
      }
      String missing =
          single == null ? null : "--" + srcColumn.name() + "=" + single + ": not in the model";
      finish(folder, srcColumn, dstColumn, "score", missing);
    }
  }

  /** Files of ids: a column of that name, or the first where there is no header. */
  private static List<CsvFile> findIds(
      String flag, @Nullable List<String> patterns, String column, CsvFormat format) {
    if (patterns == null) {
      return List.of();
    }
    String col = format.hasHeader() ? column : "1";
    return CsvFile.find(flag, patterns, format.withPairs(col, col));
  }

  private PCollection<RatingBatch> load(
      Pipeline pipeline, String step, String flag, List<CsvFile> files, ResultFolder folder) {
    LoadRatings load = Inputs.ids(options, files).withInputName(flag);
    return Inputs.load(pipeline, step, load, reportFile(folder, flag));
  }
}
