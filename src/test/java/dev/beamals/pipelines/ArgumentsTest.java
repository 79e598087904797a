package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.als.AlsParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArgumentsTest {
  @TempDir Path folder;

  @Test
  void laterFlagsWinOverEarlierOnes() throws IOException {
    Path file =
        Files.writeString(folder.resolve("a.flags"), "# a run\n\n--rank=7\n  --maxIter=3  \n");
    assertEquals(9, parse("@" + file, "--rank=9").getRank());
    assertEquals(7, parse("--rank=9", "@" + file).getRank());
    assertEquals(3, parse("--rank=9", "@" + file).getMaxIter());
  }

  @Test
  void listsAndBooleansAreTaken() {
    TrainOptions options = parse("--input=a.csv,b.csv", "--verbose", "--header=false");
    assertEquals(List.of("a.csv", "b.csv"), options.getInput());
    assertTrue(options.getVerbose());
    assertEquals(false, options.getHeader());
  }

  @Test
  void runnerFlagsAreKnown() {
    TrainOptions options =
        parse("--runner=SparkRunner", "--sparkMaster=local[2]", "--targetParallelism=3");
    assertEquals("SparkRunner", options.getRunner().getSimpleName());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rnk=3       | --rnk: no such flag; is it --rank?",
        "--maxiter=3   | --maxiter: no such flag; is it --maxIter?",
        "--zzzzzzzzz=1 | --zzzzzzzzz: no such flag",
        "--rank=ten    | --rank=ten: expected a whole number",
        "--rank=1e1    | --rank=1e1: expected a whole number",
        "--rank        | --rank: expected --rank=value",
        "--regParam=x  | --regParam=x: expected a number",
        "--header=yes  | --header=yes: expected true or false",
        "--coldStartStrategy=keep | --coldStartStrategy=keep: expected drop or nan or baseline",
        "--output=     | --output=: expected a value",
        "--runner=Fast | --runner=Fast: expected DirectRunner or SparkRunner",
        "rank=3        | rank=3: expected flags as in --rank=10, or @file with a flag a line",
        "@nowhere      | @nowhere: cannot be read; expected a file of flags",
      })
  void mistakesAreNamed(String argument, String message) {
    assertEquals(message, mistake(argument.strip()));
  }

  @Test
  void aFlagGivenTwiceInOnePlaceIsAMistake() throws IOException {
    assertEquals(
        "--rank: given twice, as 3 and as 4; expected it once", mistake("--rank=3", "--rank=4"));
    Path file = Files.writeString(folder.resolve("b.flags"), "--rank=3\n--seed=1\n--rank=4\n");
    assertEquals(
        file + ":3: --rank: given twice, as 3 and as 4; expected it once", mistake("@" + file));
  }

  @Test
  void aMistakeInAFileNamesItsLine() throws IOException {
    Path file = Files.writeString(folder.resolve("c.flags"), "# c\n--rank=x\n");
    assertEquals(file + ":2: --rank=x: expected a whole number", mistake("@" + file));
  }

  @Test
  void everyParameterOfAlsIsAFlagOfTrainWithTheSameDefault() {
    Arguments arguments = Arguments.parse(TrainOptions.class, List.of());
    Map<String, ?> flags = arguments.toMap(arguments.as(TrainOptions.class));
    AlsParameters.create()
        .toMap()
        .forEach(
            (name, value) -> assertEquals(value.toString(), String.valueOf(flags.get(name)), name));
    assertTrue(flags.keySet().containsAll(AlsParameters.names()));
  }

  @Test
  void valuesAreThoseOfOurOwnFlagsThatWereGiven() {
    Arguments arguments =
        Arguments.parse(
            TrainOptions.class,
            List.of("--input=hdfs://a/b,c", "--sparkMaster=spark://host:7077", "--rank=3"));
    assertEquals(List.of("hdfs://a/b", "c", "3"), arguments.values());
  }

  @Test
  void helpListsEveryFlagWithItsDefault() {
    String help = Arguments.help(TrainOptions.class);
    assertTrue(help.contains("--rank=10\n"), help);
    assertTrue(help.contains("--input\n"), help);
    assertTrue(help.contains("--coldStartStrategy=drop\n"), help);
  }

  private static TrainOptions parse(String... args) {
    return Arguments.parse(TrainOptions.class, List.of(args)).as(TrainOptions.class);
  }

  private static String mistake(String... args) {
    return String.valueOf(
        assertThrows(UsageException.class, () -> parse(args), String.join(" ", args)).getMessage());
  }
}
