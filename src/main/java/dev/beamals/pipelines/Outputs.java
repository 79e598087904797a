package dev.beamals.pipelines;

import dev.beamals.csv.CsvFile;
import dev.beamals.files.CleanUp;
import dev.beamals.files.FolderFiles;
import dev.beamals.files.FolderFiles.Relation;
import dev.beamals.files.OutputLock;
import dev.beamals.files.Storage;
import dev.beamals.model.ModelFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * What a command writes: apart from all that it reads, kept from other runs while the command runs,
 * and told of when it is stopped.
 */
final class Outputs implements AutoCloseable {
  /** Flags that name what is written. */
  static final List<String> WRITTEN = List.of("output", "writeSplit");

  /** Flags that name files to read, with globs. */
  static final List<String> FILES =
      List.of("input", "testInput", "excludeSeen", "users", "items", "candidates", "titles");

  /** Flags that name models to read. */
  static final List<String> MODELS = List.of("model", "models", "initialModel");

  /** The page of a model is the one thing that a command may write into it. */
  private static final String PAGE = "/report.html";

  /** How the state of a folder begins that is neither a model nor a complete table. */
  private static final String PARTIAL = "partial ";

  /** What may be left beside an output, and what becomes of it. */
  private static final Map<String, String> LEFT =
      Map.of(
          ".staging-", "takes it away",
          ".replaced", "brings it back, as it is the older model",
          ".trials", "goes on with the trials in it, if it is the same tune");

  private final PipelineOptions options;
  private final PrintStream progress;

  /** The outputs, and what was there when the command began. */
  private final Map<String, String> before = new LinkedHashMap<>();

  private final Deque<Runnable> open = new ArrayDeque<>();

  private Outputs(PipelineOptions options, PrintStream progress) {
    this.options = options;
    this.progress = progress;
  }

  /**
   * Checks the outputs, and takes them until this is closed.
   *
   * @param flags of the command, with their values
   * @param replaced flags of models that an output may be, as it replaces them
   * @throws UsageException if an output is, holds or lies in something that is read, or in another
   *     output
   * @throws dev.beamals.RunException if another run writes to one
   */
  static Outputs take(
      Map<String, @Nullable Object> flags,
      Set<String> replaced,
      PipelineOptions options,
      PrintStream progress) {
    Map<String, String> written = new LinkedHashMap<>();
    for (String flag : WRITTEN) {
      for (String output : values(flags, flag)) {
        check(flag, output, flags, replaced);
        written.forEach((other, path) -> refuse(flag, output, "--" + other, List.of(path)));
        written.put(flag, output);
      }
    }
    Outputs outputs = new Outputs(options, progress);
    try {
      outputs.take(written, flags, replaced);
    } catch (RuntimeException e) {
      outputs.close();
      throw e;
    }
    return outputs;
  }

  private void take(
      Map<String, String> written, Map<String, @Nullable Object> flags, Set<String> replaced) {
    written.values().forEach(output -> before.put(output, state(output)));
    CleanUp told = CleanUp.of(this::tell); // first, so that it tells at the end
    open.push(told::cancel);
    written.forEach(
        (flag, output) -> {
          List<String> model = values(flags, "model");
          String locked = !model.isEmpty() && isPage(output, model.get(0)) ? model.get(0) : output;
          OutputLock lock =
              OutputLock.take(flag, locked, options, line -> progress.println("--" + line));
          if (lock != null) {
            open.push(lock::close);
            boolean read =
                replaced.stream()
                    .flatMap(other -> values(flags, other).stream())
                    .anyMatch(other -> FolderFiles.isSame(output, other));
            if (read) { // before it is
              ModelFolder.bringBack(flag, output, options);
            }
          }
        });
  }

  /** What a flag names, one by one. */
  private static List<String> values(Map<String, @Nullable Object> flags, String flag) {
    Object value = flags.get(flag);
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : value == null ? List.of() : List.of(value.toString());
  }

  private static void check(
      String flag, String output, Map<String, @Nullable Object> flags, Set<String> replaced) {
    for (String read : FILES) {
      for (String pattern : values(flags, read)) {
        if (FolderFiles.isRemote(pattern) == FolderFiles.isRemote(output)) {
          refuse(flag, output, "--" + read, CsvFile.names(pattern));
        }
      }
    }
    for (String read : MODELS) {
      for (String model : values(flags, read)) {
        boolean replaces = replaced.contains(read) && FolderFiles.isSame(output, model);
        if (!replaces && !isPage(output, model)) {
          refuse(flag, output, "--" + read, List.of(model));
        }
      }
    }
  }

  private static boolean isPage(String output, String model) {
    return FolderFiles.isSame(output, model.replaceFirst("/*$", PAGE));
  }

  /**
   * @param what messages call the others
   * @param others files and folders
   * @throws UsageException if an output is, holds or lies in one of them
   */
  static void refuse(String flag, String output, String what, Collection<String> others) {
    for (String other : others) {
      Relation relation = FolderFiles.relation(output, other);
      if (relation != Relation.APART) {
        throw new UsageException(
            String.format(
                "--%s=%s: %s %s (%s); expected a place of its own",
                flag, output, relation, other, what));
      }
    }
  }

  /** Says what became of the outputs when the command is stopped, as by Ctrl-C. */
  private void tell() {
    progress.println();
    if (before.isEmpty()) {
      progress.println("als: stopped; nothing was to be written");
    }
    before.forEach(
        (output, was) -> {
          String is = state(output);
          progress.printf(
              "als: stopped: %s %s%n",
              output,
              !is.equals(was)
                  ? is.startsWith(PARTIAL) ? "is not complete" : "is new, and whole"
                  : is.isEmpty() ? "was not written" : "is as it was");
          left(output).forEach(line -> progress.println("als: " + line));
        });
  }

  /** Tells what is at a path from what may come in its place; empty where there is nothing. */
  private String state(String output) {
    try {
      Storage storage = Storage.of(output, options);
      String path = path(output);
      if (!storage.exists(path)) {
        return "";
      }
      if (!storage.isFolder(path)) {
        return "file " + new String(storage.read(path), StandardCharsets.UTF_8).hashCode();
      }
      String manifest = path + "/manifest.json";
      List<String> names = storage.list(path);
      return storage.exists(manifest)
          ? new String(storage.read(manifest), StandardCharsets.UTF_8)
          : names.isEmpty() ? "" : (names.contains("_SUCCESS") ? "table " : PARTIAL) + names;
    } catch (IOException | RuntimeException e) {
      return PARTIAL + e.getMessage();
    }
  }

  /** What lies beside an output that is of a run to it, a line each. */
  private List<String> left(String output) {
    List<String> left = new ArrayList<>();
    try {
      String path = path(output);
      int name = path.lastIndexOf('/') + 1;
      String folder = path.substring(0, name);
      for (String entry : Storage.of(output, options).list(folder)) {
        LEFT.forEach(
            (kind, words) -> {
              if (entry.startsWith("." + path.substring(name) + kind)) {
                left.add(folder + entry + " stays: the next run to " + output + " " + words);
              }
            });
      }
    } catch (IOException | RuntimeException e) {
      // What can be told was told.
    }
    return left;
  }

  /** Without its last slash. */
  private static String path(String output) {
    return FolderFiles.target("output", output).replaceFirst("/$", "");
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      open.pop().run();
    }
  }
}
