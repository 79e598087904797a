package dev.beamals.model;

import dev.beamals.als.AlsModel;
import dev.beamals.als.RatingMean;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PValue;
import org.apache.beam.sdk.values.TupleTag;

/**
 * Reads a model that was saved, by {@link WriteModel}, by the command line or by Spark MLlib.
 *
 * <p>The folder is opened when this is applied, see {@link SavedModel}; its factors are read where
 * something asks for them. As elements they come in parallel by row groups, in blocks of at most
 * 8,192 ids; a DoFn that looks them up reads the files, a row group at a time, so that a worker
 * need not hold a side in memory.
 *
 * <pre>{@code
 * AlsModel model = pipeline.apply("ReadModel", ReadModel.from("als_model"));
 * PCollection<ScoredIds> best = pipeline.apply("Recommend", RecommendTopK.from(model));
 * }</pre>
 */
public final class ReadModel extends PTransform<PBegin, AlsModel> {
  private static final long serialVersionUID = 1L;

  private final String folder;

  private ReadModel(String folder) {
    this.folder = folder;
  }

  /**
   * @param folder on the local disk, or on a file system that Beam knows by its scheme
   */
  public static ReadModel from(String folder) {
    return new ReadModel(folder);
  }

  /**
   * @throws dev.beamals.RunException saying what is wrong with the folder
   */
  @Override
  public AlsModel expand(PBegin input) {
    return read(SavedModel.open("model", folder), input);
  }

  static AlsModel read(SavedModel model, PBegin input) {
    PCollection<KV<String, Integer>> users =
        input.apply("FindUserFactors", rowGroups(model.factors(Side.USER)));
    PCollection<KV<String, Integer>> items =
        input.apply("FindItemFactors", rowGroups(model.factors(Side.ITEM)));
    return new LazyModel(model, users, items);
  }

  /** Reads a model that is open. */
  static PTransform<PBegin, AlsModel> opened(SavedModel model) {
    return new Opened(model);
  }

  private static final class Opened extends PTransform<PBegin, AlsModel> {
    private static final long serialVersionUID = 1L;
    private final transient SavedModel model;

    Opened(SavedModel model) {
      this.model = model;
    }

    @Override
    public AlsModel expand(PBegin input) {
      return read(model, input);
    }
  }

  /** Reads files that are no side of a model. */
  static PTransform<PBegin, PCollection<FactorBlock>> blocks(SavedFactors files) {
    return new Blocks(files);
  }

  private static final class Blocks extends PTransform<PBegin, PCollection<FactorBlock>> {
    private static final long serialVersionUID = 1L;
    private final SavedFactors files;

    Blocks(SavedFactors files) {
      this.files = files;
    }

    @Override
    public PCollection<FactorBlock> expand(PBegin input) {
      return input
          .apply("FindRowGroups", rowGroups(files))
          .apply("ReadRowGroups", ParDo.of(new ReadFn(files.rank())))
          .setCoder(FactorBlock.Coder.of());
    }
  }

  private static Create.Values<KV<String, Integer>> rowGroups(SavedFactors factors) {
    List<KV<String, Integer>> groups = new ArrayList<>();
    for (SavedFactors.Part part : factors.parts()) {
      for (int group = 0; group < part.rowGroups(); group++) {
        groups.add(KV.of(part.file(), group));
      }
    }
    return Create.of(groups).withCoder(KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()));
  }

  /** A model of which the pipeline has the places of its factors, until they are asked for. */
  private static final class LazyModel extends AlsModel {
    private static final TupleTag<KV<String, Integer>> USERS = new TupleTag<>("users") {};
    private static final TupleTag<KV<String, Integer>> ITEMS = new TupleTag<>("items") {};

    private final PCollection<KV<String, Integer>> users;
    private final PCollection<KV<String, Integer>> items;

    LazyModel(
        SavedModel model,
        PCollection<KV<String, Integer>> users,
        PCollection<KV<String, Integer>> items) {
      super(
          users.getPipeline(),
          model.factors(Side.USER).in(Side.USER, users),
          model.factors(Side.ITEM).in(Side.ITEM, items),
          model.alsParameters(),
          RatingMean.of(model.ratingMean()));
      this.users = users;
      this.items = items;
    }

    @Override
    public Map<TupleTag<?>, PValue> expand() {
      return Map.of(USERS, users, ITEMS, items);
    }
  }

  /** Reads the row groups of files. */
  static final class ReadFn extends DoFn<KV<String, Integer>, FactorBlock> {
    private static final long serialVersionUID = 1L;
    private final int rank;

    ReadFn(int rank) {
      this.rank = rank;
    }

    @ProcessElement
    public void processElement(
        @Element KV<String, Integer> rowGroup, OutputReceiver<FactorBlock> out) {
      try (FactorReader reader = new FactorReader(rowGroup.getKey())) {
        reader.read(rowGroup.getValue(), rank, out::output);
      }
    }
  }
}
