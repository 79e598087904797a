package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What people type by mistake, and the one line that each of these calls gets. */
final class BadCallsTest {
  /** Exit code, call, and what it prints on the error stream after "als: ". */
  private static final String CALLS =
      """
      2 | trian                                  | trian: no such command; expected train, tune, predict, recommend, similar, explain, fold-in, evaluate, compare, report, show, verify, help or completion; is it train?
      2 | foldin                                 | foldin: no such command; expected train, tune, predict, recommend, similar, explain, fold-in, evaluate, compare, report, show, verify, help or completion; is it fold-in?
      2 | xyzzy                                  | xyzzy: no such command; expected train, tune, predict, recommend, similar, explain, fold-in, evaluate, compare, report, show, verify, help or completion
      2 | help trian                             | trian: no such command; expected train, tune, predict, recommend, similar, explain, fold-in, evaluate, compare, report, show, verify, help or completion; is it train?
      2 | --rank=3                               | --rank=3: no such command; expected train, tune, predict, recommend, similar, explain, fold-in, evaluate, compare, report, show, verify, help or completion
      2 | completion                             | completion: expected bash, as in: source <(als completion bash); zsh takes the same after: autoload -U bashcompinit && bashcompinit
      2 | completion fish                        | completion: expected bash, as in: source <(als completion bash); zsh takes the same after: autoload -U bashcompinit && bashcompinit
      2 | train                                  | --input: missing; expected files of interactions
      2 | train a.csv --rnk=3                    | --rnk: no such flag; is it --rank?
      2 | train a.csv --maxiter 3                | --maxiter: no such flag; is it --maxIter?
      2 | train a.csv --userCols=u               | --userCols: no such flag; is it --userCol?
      2 | train a.csv --user_col=u               | --user_col: no such flag; is it --userCol?
      2 | train a.csv --zzzzzzzz                 | --zzzzzzzz: no such flag
      2 | train a.csv -r 3                       | -r: expected flags as in --rank=10, or @file with a flag a line
      2 | train a.csv --rank                     | --rank: expected --rank=value
      2 | train a.csv --rank --seed=3            | --rank: expected --rank=value
      2 | train a.csv --rank=                    | --rank=: expected a whole number
      2 | train a.csv --rank=ten                 | --rank=ten: expected a whole number
      2 | train a.csv --rank 1e1                 | --rank=1e1: expected a whole number
      2 | train a.csv --rank=0                   | --rank=0: expected 1 to 512
      2 | train a.csv --rank=10,32               | --rank=10,32: expected a whole number
      2 | train a.csv rank=3                     | rank=3: expected --rank=3
      2 | train a.csv --rank=3 --rank=4          | --rank: given twice, as 3 and as 4; expected it once
      2 | train --input=a.csv b.csv              | --input: given twice, as a.csv and as b.csv; expected it once
      2 | train a.csv --maxIter=0                | --maxIter=0: expected 1 to 1000
      2 | train a.csv --regParam -1              | --regParam=-1.0: expected a finite number of at least 0
      2 | train a.csv --regParam=x               | --regParam=x: expected a number
      2 | train a.csv --header=yes               | --header=yes: expected true or false
      2 | train a.csv --output=                  | --output=: expected a value
      2 | train a.csv --testFraction=1           | --testFraction=1.0: expected a number from 0 to below 1
      2 | train a.csv --testFraction=20%         | --testFraction=20%: expected a number
      2 | train a.csv --splitMode=date           | --splitMode=date: expected random or user or latest or time or column
      2 | train a.csv --splitMode=latest         | --splitMode=latest: expected with --testFraction or --testRows
      2 | train a.csv --topK=5                   | --topK: expected with rows to test on, as --testFraction
      2 | train a.csv --topK=x --testFraction=.2 | --topK=x: expected numbers from 1 to 100000 with a comma between them, or none
      2 | train a.csv --coldStartStrategy=keep   | --coldStartStrategy=keep: expected drop or nan or baseline
      2 | train a.csv --userCol=u --itemCol=u    | --userCol and --itemCol: both are u; expected two columns
      2 | train a.csv --minUserRatings=0         | --minUserRatings=0: expected at least 1
      2 | train a.csv --numUserBlocks=0          | --numUserBlocks=0: expected 1 to 100000
      2 | train a.csv --biases --implicitPrefs   | --implicitPrefs with --biases: preferences are 0 and 1 and have no mean to subtract; expected one of the two
      2 | train a.csv --runner=Fast              | --runner=Fast: expected DirectRunner or SparkRunner
      2 | train a.csv --format=parquet           | --format=parquet: expected text or json, as its result is no table
      2 | train a.csv --format=xml               | --format=xml: expected text or json or csv or jsonl or parquet
      2 | train a.csv --compression=zstd         | --compression: no such flag
      2 | train a.csv --idType=number            | --idType=number: expected auto or string or int
      2 | train @nowhere                         | @nowhere: cannot be read; expected a file of flags
      2 | train @FOLDER/bad.flags                | FOLDER/bad.flags:2: --userKol: no such flag; is it --userCol?
      2 | train @FOLDER/type.flags               | FOLDER/type.flags:1: --rank=x: expected a whole number
      2 | train @FOLDER/word.flags               | FOLDER/word.flags:1: ratings.csv: expected flags as in --rank=10, or @file with a flag a line
      1 | train FOLDER/none.csv                  | --input=FOLDER/none.csv: no such file
      1 | train FOLDER/*.tsv                     | --input=FOLDER/*.tsv: no file matches
      1 | train FOLDER/nothing                   | --input=FOLDER/nothing: a folder without files
      1 | train FOLDER/empty.csv                 | --input=FOLDER/empty.csv: the file is empty; expected rows below a line that names the columns
      1 | train FOLDER/other.csv                 | --userCol=user_id: no such column in line 1 of FOLDER/other.csv, which has: a, b, c (is it --userCol=a --itemCol=b --ratingCol=c?)
      1 | train FOLDER/two.csv                   | --userCol=user_id: no such column in line 1 of FOLDER/two.csv, which has: user, uid, item, rating (is it --userCol=uid --itemCol=item --ratingCol=rating, or --userCol=user?)
      1 | train FOLDER/tab.csv                   | --userCol=user_id: no such column in line 1 of FOLDER/tab.csv, which has: user?x (is it --delimiter='\\t' --userCol=user --itemCol=x --ratingCol=none?)
      1 | train FOLDER/named.csv --userCol=who   | --userCol=who: no such column in line 1 of FOLDER/named.csv, which has: userId, movieId, rating (is it --userCol=userId --itemCol=movieId --ratingCol=rating?)
      2 | tune a.csv                             | expected several values of a parameter, as --regParam=0.01:1:log:5 or --rank=10,32
      2 | tune a.csv --rank=1,2 --testInput=b    | --testInput and --initialModel: expected without tune, which splits --input itself
      2 | show a b                               | b: expected flags as in --output=folder, or @file with a flag a line, after model
      1 | show FOLDER/none                       | --model=FOLDER/none: no such folder
      1 | show FOLDER/empty.csv                  | --model=FOLDER/empty.csv: is a file; expected the folder of a model
      1 | show FOLDER                            | --model=FOLDER: has neither a manifest.json nor the metadata/ of Spark MLlib: not a model, or one that was not completed
      2 | show --format=csv                      | --format=csv: expected text or json, as its result is no table
      2 | predict                                | --user and --item: missing; expected both, or --input with a file of pairs
      2 | predict m --user=1                     | --user and --item: missing; expected both, or --input with a file of pairs
      2 | predict m a.csv                        | --input and --output: expected both, or --user and --item alone
      2 | predict m --user=1 --item=2 --format=parquet | --format=parquet: expected with --output, a new folder
      2 | recommend                              | --output: missing; expected a folder for the table, or ids to print, as --user=…
      2 | recommend m n                          | n: expected flags as in --output=folder, or @file with a flag a line, after model
      2 | recommend m --user=1 --topK=0          | --topK=0: expected 1 to 100000
      2 | recommend m --user=1 --item=2          | --item and --items: expected with --for=items only
      2 | recommend m --user=1 --ratingCol=r     | --ratingCol: expected with --explain only
      2 | recommend m --user=1 --compression=zstd | --compression: expected with --format=parquet
      2 | recommend m --user=1 --explain         | --input: missing; expected files of the interactions that --explain goes by
      2 | similar m                              | --item, --items, --user, --users and --all: expected one of them
      2 | similar m --item=1 --for=users         | --for: expected with --all only
      2 | explain m a.csv --user=1               | --user and --item: missing; expected both
      2 | fold-in m                              | --input: missing; expected files of interactions
      2 | fold-in m a.csv                        | --output: missing; expected a folder for the factors
      2 | evaluate m                             | --input: missing; expected files of interactions
      2 | evaluate m a.csv --topK=5              | --topK: expected with --excludeSeen, the rows that the model was trained on
      2 | compare m --input=a.csv                | --models=m: expected the folders of at least two models, with a comma between them
      2 | compare m m --input=a.csv              | --models=m,m: m is there twice; expected other models
      2 | compare m n                            | --input: missing; expected files of interactions
      1 | report FOLDER/none                     | --model=FOLDER/none: no such folder
      """;

  @TempDir Path folder;

  @Test
  void eachGetsOneLineThatSaysWhatWasExpected() throws IOException {
    Files.createDirectory(folder.resolve("nothing"));
    write("bad.flags", "--rank=3\n--userKol=user\n");
    write("type.flags", "--rank=x\n");
    write("word.flags", "ratings.csv\n");
    write("empty.csv", "");
    write("other.csv", "a,b,c\n1,2,3\n");
    write("two.csv", "user,uid,item,rating\n1,1,2,3\n");
    write("tab.csv", "user\tx\n1\t2\n");
    write("named.csv", "userId,movieId,rating\n1,2,3\n");
    assertAll(CALLS.lines().map(this::checked));
  }

  private Executable checked(String line) {
    String[] call = line.replace("FOLDER", folder.toString()).split(" +\\| ", 3);
    return () -> {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int code =
          Main.run(
              call[1].isEmpty() ? List.of() : Arrays.asList(call[1].split(" ")),
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8));
      assertEquals("als: " + call[2] + "\n", err.toString(StandardCharsets.UTF_8), call[1]);
      assertEquals("", out.toString(StandardCharsets.UTF_8), call[1]);
      assertEquals(Integer.parseInt(call[0]), code, call[1]);
    };
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
