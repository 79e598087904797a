package dev.beamals.als;

import dev.beamals.ids.ArrayCoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.MapMaker;
import org.jspecify.annotations.Nullable;

/**
 * The factors of a block as they travel to the next half-step.
 *
 * <p>In a pipeline that runs in one process they have a name, which is all that is written of them,
 * and are let go when nobody reads them any more: the DirectRunner keeps what every half-step sent
 * until the pipeline ends. Elsewhere the factors are written.
 */
final class HeldFactors {
  /** Those of this process that have a name, as long as a pipeline has them. */
  private static final Map<String, HeldFactors> NAMED = new MapMaker().weakValues().makeMap();

  private final String name;
  private volatile float @Nullable [] rows;

  private HeldFactors(String name, float[] rows) {
    this.name = name;
    this.rows = rows;
  }

  /** Factors that travel as they are. */
  static HeldFactors of(float[] rows) {
    return new HeldFactors("", rows);
  }

  /**
   * Factors that do not leave this process.
   *
   * @param name of no other factors
   */
  static HeldFactors ofProcess(String name, float[] rows) {
    HeldFactors held = new HeldFactors(name, rows);
    NAMED.put(name, held);
    return held;
  }

  /** Lets factors go that nobody reads any more. */
  static void letGo(String name) {
    HeldFactors held = NAMED.remove(name);
    if (held != null) {
      held.rows = null;
    }
  }

  /** Row-major. Not to be written to. */
  float[] rows() {
    float[] rows = this.rows;
    if (rows == null) {
      throw new IllegalStateException("factors " + name + " were let go");
    }
    return rows;
  }

  void write(OutputStream out) throws IOException {
    ArrayCoding.write(name, out);
    if (name.isEmpty()) {
      ArrayCoding.write(rows(), out);
    }
  }

  static HeldFactors read(InputStream in) throws IOException {
    String name = ArrayCoding.readString(in);
    if (name.isEmpty()) {
      return of(ArrayCoding.readFloats(in));
    }
    HeldFactors held = NAMED.get(name);
    if (held == null) {
      throw new IOException("factors " + name + " are of another process, or were let go");
    }
    return held;
  }
}
