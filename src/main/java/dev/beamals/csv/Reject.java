package dev.beamals.csv;

import com.google.auto.value.AutoValue;
import dev.beamals.ids.ArrayCoding;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.Comparator;
import org.apache.beam.sdk.coders.CustomCoder;

/** A row that could not be read: where it stands, why, and how it begins. */
@AutoValue
abstract class Reject implements Serializable {
  private static final long serialVersionUID = 1L;

  /** By place. */
  static final Comparator<Reject> ORDER =
      Comparator.comparing(Reject::file)
          .thenComparingLong(Reject::chunk)
          .thenComparingLong(Reject::line);

  abstract String file();

  /** The offset of the chunk of the file in which the row begins. */
  abstract long chunk();

  /** Its line in that chunk, from 0: the line in the file needs the lines of earlier chunks. */
  abstract long line();

  abstract String reason();

  abstract String text();

  /** Whether the file has rows without lines. */
  abstract boolean inRows();

  /** Whether a quote is open at the end of the line, so that the next line may be part of it. */
  boolean isOpenQuote() {
    return reason().equals(CsvLine.OPEN_QUOTE);
  }

  static Reject of(String file, long chunk, long line, String reason, String text) {
    return of(file, chunk, line, reason, text, false);
  }

  static Reject of(String file, long chunk, long line, String reason, String text, boolean inRows) {
    return new AutoValue_Reject(file, chunk, line, reason, text, inRows);
  }

  static final class Coder extends CustomCoder<Reject> {
    private static final Coder INSTANCE = new Coder();

    static Coder of() {
      return INSTANCE;
    }

    @Override
    public void encode(Reject reject, OutputStream out) throws IOException {
      ArrayCoding.write(reject.file(), out);
      new DataOutputStream(out).writeLong(reject.chunk());
      new DataOutputStream(out).writeLong(reject.line());
      ArrayCoding.write(reject.reason(), out);
      ArrayCoding.write(reject.text(), out);
      out.write(reject.inRows() ? 1 : 0);
    }

    @Override
    public Reject decode(InputStream in) throws IOException {
      String file = ArrayCoding.readString(in);
      long chunk = new DataInputStream(in).readLong();
      long line = new DataInputStream(in).readLong();
      String reason = ArrayCoding.readString(in);
      return Reject.of(file, chunk, line, reason, ArrayCoding.readString(in), in.read() == 1);
    }

    @Override
    public void verifyDeterministic() {}
  }
}
