package dev.beamals.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.beamals.csv.ColumnNames.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ColumnNamesTest {
  private static final List<String> MOVIELENS = List.of("userId", "movieId", "rating", "timestamp");

  @Test
  void aColumnThatIsThereIsNotReplaced() {
    assertEquals("movieId", ColumnNames.find("movieId", Role.user, MOVIELENS));
    assertEquals("USERID", ColumnNames.find("USERID", Role.user, MOVIELENS), "but for case");
  }

  @Test
  void usualNamesAreFoundHoweverTheyAreWritten() {
    assertEquals("userId", ColumnNames.find("user_id", Role.user, MOVIELENS));
    assertEquals("movieId", ColumnNames.find("video_id", Role.item, MOVIELENS));
    assertEquals("rating", ColumnNames.find("watch_ratio", Role.rating, MOVIELENS));
    assertEquals(
        "Reviewer-ID", ColumnNames.find("user_id", Role.user, List.of("x", "Reviewer-ID")));
  }

  @Test
  void nothingIsFoundWhereSeveralFitOrNone() {
    assertNull(ColumnNames.find("user_id", Role.user, List.of("user", "uid", "item")));
    assertNull(ColumnNames.find("user_id", Role.user, List.of("a", "b")));
  }
}
