package dev.beamals.model;

import dev.beamals.blocks.FactorBlock;
import java.util.ArrayList;
import java.util.List;
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

/**
 * Reads the factors of one side of a saved model, in parallel by row groups of its files.
 *
 * <p>Blocks have at most 8,192 ids. How ids are spread over them depends on the files.
 *
 * <pre>{@code
 * PCollection<FactorBlock> items =
 *     pipeline.apply("ReadItemFactors", ReadFactors.from(model.factors(Side.ITEM)));
 * }</pre>
 */
public final class ReadFactors extends PTransform<PBegin, PCollection<FactorBlock>> {
  private static final long serialVersionUID = 1L;

  private final FactorFiles files;

  private ReadFactors(FactorFiles files) {
    this.files = files;
  }

  public static ReadFactors from(FactorFiles files) {
    return new ReadFactors(files);
  }

  @Override
  public PCollection<FactorBlock> expand(PBegin input) {
    List<KV<String, Integer>> groups = new ArrayList<>();
    for (FactorFiles.Part part : files.parts()) {
      for (int group = 0; group < part.rowGroups(); group++) {
        groups.add(KV.of(part.file(), group));
      }
    }
    return input
        .apply(
            "RowGroups",
            Create.of(groups).withCoder(KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of())))
        .apply("ReadRowGroup", ParDo.of(new ReadFn(files.rank())))
        .setCoder(FactorBlock.Coder.of());
  }

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
