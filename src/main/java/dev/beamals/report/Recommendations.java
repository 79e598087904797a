package dev.beamals.report;

import dev.beamals.ids.ArrayCoding;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.CustomCoder;

/**
 * What a model recommends to a sample of its users.
 *
 * @param users how many users there are in the sample
 * @param popularity the training ratings of each item that is recommended to one of them; none
 *     where the model does not tell these
 * @param cases some of the users
 */
public record Recommendations(long users, Bins popularity, List<Case> cases) {

  /** Takes a copy. */
  public Recommendations {
    cases = List.copyOf(cases);
  }

  /**
   * A user.
   *
   * @param ratings how many it has in all
   * @param history the items with its highest ratings, the highest first
   * @param recommended the best first
   */
  public record Case(String user, long ratings, List<Entry> history, List<Entry> recommended) {
    /** Takes copies. */
    public Case {
      history = List.copyOf(history);
      recommended = List.copyOf(recommended);
    }
  }

  /**
   * An item.
   *
   * @param title empty where it has none
   * @param value its rating, or its score
   * @param itemRatings how many ratings it was trained on; 0 where the model does not tell
   */
  public record Entry(String item, String title, float value, long itemRatings) {}

  public static Coder coder() {
    return new Coder();
  }

  /** Deterministic. */
  public static final class Coder extends CustomCoder<Recommendations> {
    private static final long serialVersionUID = 1L;
    private static final Bins.Coder BINS = new Bins.Coder();

    @Override
    public void encode(Recommendations recommendations, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeLong(recommendations.users);
      BINS.encode(recommendations.popularity, out);
      data.writeInt(recommendations.cases.size());
      for (Case one : recommendations.cases) {
        ArrayCoding.write(one.user, out);
        data.writeLong(one.ratings);
        encode(one.history, out);
        encode(one.recommended, out);
      }
    }

    private static void encode(List<Entry> entries, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeInt(entries.size());
      for (Entry entry : entries) {
        ArrayCoding.write(entry.item, out);
        ArrayCoding.write(entry.title, out);
        data.writeFloat(entry.value);
        data.writeLong(entry.itemRatings);
      }
    }

    @Override
    public Recommendations decode(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      long users = data.readLong();
      Bins popularity = BINS.decode(in);
      List<Case> cases = new ArrayList<>();
      for (int n = data.readInt(); n > 0; n--) {
        String user = ArrayCoding.readString(in);
        cases.add(new Case(user, data.readLong(), decodeEntries(in), decodeEntries(in)));
      }
      return new Recommendations(users, popularity, cases);
    }

    private static List<Entry> decodeEntries(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      List<Entry> entries = new ArrayList<>();
      for (int n = data.readInt(); n > 0; n--) {
        String item = ArrayCoding.readString(in);
        String title = ArrayCoding.readString(in);
        entries.add(new Entry(item, title, data.readFloat(), data.readLong()));
      }
      return entries;
    }

    @Override
    public void verifyDeterministic() {}
  }
}
