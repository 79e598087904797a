package dev.beamals.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What bash completes with the script of {@code als completion bash}. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs bash")
final class HelpTest {
  /** Completes the last of some words, as bash calls what the script declares. */
  private static final String COMPLETE =
      """
      source ./als.bash
      compopt() { :; } # which is for interactive shells alone
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"
      _complete_als_words als "${!#}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """;

  @TempDir static Path folder;

  @BeforeAll
  static void writeScript() throws IOException {
    Files.writeString(folder.resolve("als.bash"), Help.completion(List.of("bash")));
    Files.createFile(folder.resolve("ratings.csv"));
    Files.createFile(folder.resolve("my.flags"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "als tr                         | train",
        "als help fo                    | fold-in",
        "als completion b               | bash",
        "als train --splitM             | --splitMode",
        "als train --splitMode l        | latest",
        "als train --splitMode = l      | latest",
        "als train --splitMode=l        | --splitMode=latest",
        "als train --rank = 3 --regS    | --regScaling",
        "als train --runner Sp          | SparkRunner",
        "als train rat                  | ratings.csv",
        "als train --input = rat        | ratings.csv",
        "als train --input=rat          | --input=ratings.csv",
        "als recommend m --excludeSeen r| ratings.csv",
        "als train @my                  | @my.flags",
      })
  void bashCompletesTheLastWord(String line, String expected)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", "-c", COMPLETE, "bash"));
    command.addAll(List.of(line.split(" ")));
    Process bash =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String printed = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, bash.waitFor(), printed);
    assertEquals(expected, printed.strip(), line);
  }
}
