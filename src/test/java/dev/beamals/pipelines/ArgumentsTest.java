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
        "rank=3        | rank=3: expected --rank=3",
        "-r            | -r: expected flags as in --rank=10, or @file with a flag a line",
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
  void aValueMayStandAfterItsFlag() throws IOException {
    TrainOptions options =
        parse("--rank", "7", "--regParam", "-1", "--verbose", "--header", "false", "--seed", "3");
    assertEquals(7, options.getRank());
    assertEquals(-1, options.getRegParam());
    assertTrue(options.getVerbose());
    assertEquals(false, options.getHeader());
    assertEquals(3, options.getSeed());
    assertEquals("--rank: expected --rank=value", mistake("--rank", "--seed=3"));
    Path file = Files.writeString(folder.resolve("d.flags"), "--rank 8\n--delimiter=; ;\n");
    assertEquals(8, parse("@" + file).getRank());
    assertEquals("; ;", parse("@" + file).getDelimiter());
  }

  @Test
  void wordsAreTheInput() {
    assertEquals(List.of("a.csv"), parse("a.csv", "--rank=3").getInput());
    assertEquals(
        List.of("a.csv", "b.csv", "-c.csv"),
        parse("a.csv", "--verbose", "b.csv", "--", "-c.csv").getInput());
    assertEquals(
        "--input: given twice, as a.csv and as b.csv; expected it once",
        mistake("--input=a.csv", "b.csv"));
    EvaluateOptions evaluate =
        Arguments.parse(EvaluateOptions.class, List.of("m", "a.csv", "b.csv"))
            .as(EvaluateOptions.class);
    assertEquals("m", evaluate.getModel());
    assertEquals(List.of("a.csv", "b.csv"), evaluate.getInput());
    assertEquals(
        "b: expected flags as in --output=folder, or @file with a flag a line, after model",
        String.valueOf(
            assertThrows(
                    UsageException.class,
                    () -> Arguments.parse(ModelOptions.class, List.of("a", "b")))
                .getMessage()));
  }

  @Test
  void aFileServesEveryCommand() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("e.flags"), "--userCol=user\n--rank=7\n--parallelTrials=2\n");
    assertEquals(7, parse("@" + file).getRank());
    Arguments arguments = Arguments.parse(RecommendOptions.class, List.of("@" + file, "--topK=3"));
    assertEquals("user", arguments.as(RecommendOptions.class).getUserCol());
    assertTrue(arguments.isTyped("topK"));
    assertEquals(false, arguments.isTyped("userCol"), "a file gave it");
    assertEquals("--parallelTrials: no such flag", mistake("--parallelTrials=2"), "no file");
    Path wrong = Files.writeString(folder.resolve("f.flags"), "\n--userKol=user\n");
    assertEquals(
        wrong + ":2: --userKol: no such flag; is it --userCol?", mistake("@" + wrong), "nobody's");
  }

  private static TrainOptions parse(String... args) {
    return Arguments.parse(TrainOptions.class, List.of(args)).as(TrainOptions.class);
  }

  private static String mistake(String... args) {
    return String.valueOf(
        assertThrows(UsageException.class, () -> parse(args), String.join(" ", args)).getMessage());
  }
}
