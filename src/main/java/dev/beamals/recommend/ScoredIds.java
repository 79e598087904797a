package dev.beamals.recommend;

import dev.beamals.ids.ArrayCoding;
import dev.beamals.ids.Ids;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.CoderProvider;
import org.apache.beam.sdk.coders.CoderProviders;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.DefaultCoder;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Ids with scores for each of some ids: items for users, users for items, items for items.
 *
 * <p>Row {@code s} holds what is for {@code src().get(s)}: entries {@code offsets()[s]} to {@code
 * offsets()[s + 1]} of {@link #index} (indices into {@link #dst}) and {@link #scores}. Immutable;
 * the arrays are not to be written to.
 *
 * <pre>{@code
 * for (int s = 0; s < block.src().size(); s++) {
 *   for (int p = block.offsets()[s]; p < block.offsets()[s + 1]; p++) {
 *     show(block.src().get(s), block.dst().get(block.index()[p]), block.scores()[p]);
 *   }
 * }
 * }</pre>
 */
@DefaultCoder(ScoredIds.Coder.class)
public final class ScoredIds {
  private final Ids src;
  private final Ids dst;
  private final int[] offsets;
  private final int[] index;
  private final float[] scores;
  private final @Nullable Reasons reasons;

  ScoredIds(Ids src, Ids dst, int[] offsets, int[] index, float[] scores) {
    this(src, dst, offsets, index, scores, null);
  }

  private ScoredIds(
      Ids src, Ids dst, int[] offsets, int[] index, float[] scores, @Nullable Reasons reasons) {
    this.src = src;
    this.dst = dst;
    this.offsets = offsets;
    this.index = index;
    this.scores = scores;
    this.reasons = reasons;
  }

  /** The same entries, explained. */
  ScoredIds withReasons(Reasons reasons) {
    return new ScoredIds(src, dst, offsets, index, scores, reasons);
  }

  /** The ids that the rows belong to. */
  public Ids src() {
    return src;
  }

  /** The ids that the entries point to. */
  public Ids dst() {
    return dst;
  }

  /** Where each row begins; one more than there are rows. */
  public int[] offsets() {
    return offsets;
  }

  /** For each entry the index in {@link #dst} of its id. */
  public int[] index() {
    return index;
  }

  /** For each entry its score; NaN where there is no prediction. */
  public float[] scores() {
    return scores;
  }

  /** Why each entry has its score, or null where nobody asked. */
  public @Nullable Reasons reasons() {
    return reasons;
  }

  /** Arrays in bulk; deterministic. */
  public static final class Coder extends CustomCoder<ScoredIds> {
    private static final long serialVersionUID = 1L;
    private static final Coder INSTANCE = new Coder();

    public static Coder of() {
      return INSTANCE;
    }

    /** Has Beam find this coder by itself. */
    public static CoderProvider getCoderProvider() {
      return CoderProviders.forCoder(TypeDescriptor.of(ScoredIds.class), INSTANCE);
    }

    @Override
    public void encode(ScoredIds block, OutputStream out) throws IOException {
      ArrayCoding.write(block.src, out);
      ArrayCoding.write(block.dst, out);
      ArrayCoding.write(block.offsets, out);
      ArrayCoding.write(block.index, out);
      ArrayCoding.write(block.scores, out);
      out.write(block.reasons == null ? 0 : 1);
      if (block.reasons != null) {
        block.reasons.write(out);
      }
    }

    @Override
    public ScoredIds decode(InputStream in) throws IOException {
      return new ScoredIds(
          ArrayCoding.readIds(in),
          ArrayCoding.readIds(in),
          ArrayCoding.readInts(in),
          ArrayCoding.readInts(in),
          ArrayCoding.readFloats(in),
          in.read() == 0 ? null : Reasons.read(in));
    }

    @Override
    public void verifyDeterministic() {}
  }
}
