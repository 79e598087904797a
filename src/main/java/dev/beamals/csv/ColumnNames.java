package dev.beamals.csv;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What people call the columns of interactions. */
public final class ColumnNames {
  /** What a column is of. */
  public enum Role {
    user,
    item,
    rating,
    timestamp
  }

  /** Names in small letters and digits alone: {@code user_id} and {@code userId} are one. */
  private static final Map<Role, Set<String>> NAMES =
      Map.of(
          Role.user,
          Set.of(
              "user",
              "userid",
              "uid",
              "users",
              "username",
              "customer",
              "customerid",
              "member",
              "memberid",
              "visitor",
              "visitorid",
              "reviewer",
              "reviewerid",
              "client",
              "clientid"),
          Role.item,
          Set.of(
              "item",
              "itemid",
              "iid",
              "items",
              "movie",
              "movieid",
              "film",
              "filmid",
              "video",
              "videoid",
              "product",
              "productid",
              "asin",
              "parentasin",
              "sku",
              "track",
              "trackid",
              "song",
              "songid",
              "artist",
              "artistid",
              "book",
              "bookid",
              "isbn",
              "article",
              "articleid",
              "anime",
              "animeid",
              "business",
              "businessid"),
          Role.rating,
          Set.of(
              "rating",
              "ratings",
              "score",
              "stars",
              "overall",
              "grade",
              "watchratio",
              "plays",
              "playcount",
              "listens",
              "clicks",
              "count",
              "weight"),
          Role.timestamp,
          Set.of("timestamp", "time", "ts", "unixtime", "unixtimestamp", "unixreviewtime"));

  private ColumnNames() {}

  /**
   * The name of a column.
   *
   * @param column what it is called otherwise
   * @param header the names of all columns
   * @return {@code column} where it is there, else the only one with a name of that role; null
   *     where there is none, or more than one
   */
  public static @Nullable String find(String column, Role role, List<String> header) {
    if (CsvLayout.resolve(column, header) >= 0) {
      return column;
    }
    List<String> fitting = all(role, header);
    return fitting.size() == 1 ? fitting.get(0) : null;
  }

  /** All columns with a name of that role, in their order. */
  static List<String> all(Role role, List<String> header) {
    Set<String> names = NAMES.getOrDefault(role, Set.of());
    return header.stream()
        .filter(name -> names.contains(name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "")))
        .toList();
  }
}
