package dev.beamals.pipelines;

import dev.beamals.RunException;
import dev.beamals.Words;
import dev.beamals.model.ModelCheck;
import java.io.PrintStream;
import java.util.List;

/** {@code als verify}: whether a model is as it was saved. No pipeline. */
final class Verify extends Command<ModelOptions> {
  Verify(List<String> args, PrintStream out, PrintStream progress) {
    super(ModelOptions.class, args, out, progress);
  }

  @Override
  void check() {}

  @Override
  void run() {
    ModelCheck check = ModelCheck.of("model", options.getModel());
    check.wrong().forEach(line -> print("%s%n", line));
    check.unknown().forEach(line -> print("%s%n", line));
    int wrong = check.wrong().size();
    if (wrong > 0) {
      throw new RunException(
          String.format(
              "model=%s: not as it was saved, see the %s above",
              options.getModel(), Words.count(wrong, "line")));
    }
    if (check.unknown().isEmpty()) {
      print(
          "%s: as it was saved: %s of %s, the manifest, and factorsDigest of all factors%n",
          options.getModel(),
          Words.count(check.files(), "file"),
          Words.count(check.bytes(), "byte"));
    } else {
      print("%s: nothing is wrong, as far as the model tells%n", options.getModel());
    }
  }
}
