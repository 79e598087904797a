package dev.beamals.mllib;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The peer itself must be right before anything is compared with it. */
final class MllibAlsTest {
  private static final int USERS = 30;
  private static final int ITEMS = 20;

  @AfterEach
  void stopSession() {
    MllibAls.stopSession();
  }

  @Test
  void plantedFactorsAreRecovered() {
    int[] users = new int[USERS * ITEMS];
    int[] items = new int[USERS * ITEMS];
    float[] ratings = new float[USERS * ITEMS];
    for (int n = 0; n < ratings.length; n++) {
      users[n] = n / ITEMS;
      items[n] = n % ITEMS;
      ratings[n] = planted(users[n], items[n]);
    }

    MllibAls mllib = MllibAls.train(users, items, ratings, 2, 20, 1e-4, 1L);

    assertEquals(USERS, mllib.userFactors().size());
    assertEquals(ITEMS, mllib.itemFactors().size());
    assertEquals(0, mllib.rmse(users, items, ratings), 0.01);
    assertFalse(mllib.predict(USERS, 0).isPresent(), "a cold user has no prediction");
  }

  @Test
  void movieLensGivesThePublishedError() throws IOException {
    Path folder = Path.of(System.getProperty("beamals.data", "data"), "ml-100k");
    assumeTrue(Files.isDirectory(folder), "MovieLens 100K is not here");
    Triples train = Triples.read(folder.resolve("u1.base"));
    Triples test = Triples.read(folder.resolve("u1.test"));

    MllibAls mllib = MllibAls.train(train.users, train.items, train.ratings, 10, 10, 0.1, 1L);

    assertEquals(0.93845, mllib.rmse(test.users, test.items, test.ratings), 0.001);
  }

  @Test
  void notebookCleansTheRowsAndEvaluatesThoseThatAreLeft(@TempDir Path folder) throws IOException {
    StringBuilder csv = new StringBuilder("user_id,video_id,timestamp,watch_ratio\n");
    for (int user = 0; user < USERS; user++) {
      for (int item = 0; item < ITEMS; item++) {
        csv.append(user).append(',').append(item).append(",1593878903.4,");
        csv.append(planted(user, item)).append('\n');
      }
    }
    csv.append("0,0,1593878903.4,").append(planted(0, 0)).append('\n'); // a duplicate
    csv.append("0,1,,5\n"); // a missing timestamp
    csv.append("0,2,-1,5\n"); // a negative timestamp
    Path input = Files.writeString(folder.resolve("ratings.csv"), csv);

    MllibNotebook.Result result =
        MllibNotebook.run(
            MllibNotebook.Settings.parse(
                "--input=" + input,
                "--testInput=" + input,
                "--output=" + folder.resolve("model"),
                "--rank=2",
                "--maxIter=5",
                "--regParam=0.0001",
                "--seed=1",
                "--predictUser=3",
                "--predictItem=4"));

    assertEquals((long) USERS * ITEMS, result.train().count());
    assertEquals(0, result.train().rmse(), 0.01);
    assertEquals(1, result.train().r2(), 0.01);
    assertEquals(planted(3, 4), result.prediction().getAsDouble(), 0.05);
    MllibNotebook.Metrics test = requireNonNull(result.test());
    assertEquals((long) USERS * ITEMS, test.count());
    assertEquals(result.train().rmse(), test.rmse(), 1e-6);
    assertEquals(0, result.cold());
    assertTrue(Files.exists(folder.resolve("model/userFactors")));
    assertTrue(result.toJson().contains("\"count\":" + USERS * ITEMS), result.toJson());
  }

  @Test
  void unknownFlagIsNamed() {
    IllegalArgumentException thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> MllibNotebook.Settings.parse("--input=a", "--output=b", "--rnk=3"));
    assertEquals("Unknown flag --rnk", thrown.getMessage());
  }

  /** Ratings as {@link MllibAls} takes them. */
  private record Triples(int[] users, int[] items, float[] ratings) {
    /** Reads user, item and rating from the first three columns of a tab-separated file. */
    static Triples read(Path file) throws IOException {
      List<String[]> rows = Files.readAllLines(file).stream().map(l -> l.split("\t", -1)).toList();
      Triples triples =
          new Triples(new int[rows.size()], new int[rows.size()], new float[rows.size()]);
      for (int n = 0; n < rows.size(); n++) {
        triples.users[n] = Integer.parseInt(rows.get(n)[0]);
        triples.items[n] = Integer.parseInt(rows.get(n)[1]);
        triples.ratings[n] = Float.parseFloat(rows.get(n)[2]);
      }
      return triples;
    }
  }

  /** A matrix of rank 2 with positive entries. */
  private static float planted(int user, int item) {
    return (1 + user % 5) * (1 + item % 3) * 0.2f + (user % 2) * (item % 4) * 0.3f;
  }
}
