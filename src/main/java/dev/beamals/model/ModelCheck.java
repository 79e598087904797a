package dev.beamals.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.beamals.RunException;
import dev.beamals.files.FileDigest;
import dev.beamals.files.FolderFiles;
import dev.beamals.ids.Side;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Compares a saved model with what it says of itself: every file with the size and the digest in
 * the manifest, the manifest with its own digest, every row of factors with what a row must be, and
 * all of them with {@code factorsDigest}.
 *
 * <p>All files are read, those of factors twice, and nothing is kept but a row group of each file
 * of a side. Digests tell damage, and changes by whoever does not know of them; who means to
 * deceive can change them as well.
 *
 * <pre>{@code
 * List<String> wrong = ModelCheck.of("model", "als_model").wrong();
 * }</pre>
 */
public final class ModelCheck {
  /** Folders that have files of the model alone. */
  private static final List<String> FOLDERS =
      List.of(
          WriteFactors.folder(Side.USER),
          WriteFactors.folder(Side.ITEM),
          WriteFactors.ITEM_RATINGS,
          "metadata/");

  /** A path in a model: whatever a manifest says, no file elsewhere is read. */
  private static final Pattern INSIDE =
      Pattern.compile("(?!.*(^|/)\\.\\.?(/|$))[^/\\\\]+(/[^/\\\\]+)*");

  private final String path;
  private final Set<String> wrong = new LinkedHashSet<>();
  private final List<String> unknown = new ArrayList<>();
  private long files;
  private long bytes;

  private ModelCheck(String path) {
    this.path = path;
  }

  /**
   * Reads a model.
   *
   * @param parameter what messages call it, as in {@code model=a: no such folder}
   * @throws RunException if the folder is no model at all
   */
  public static ModelCheck of(String parameter, String folder) {
    String path = FolderFiles.normalize(parameter, folder);
    ModelCheck check = new ModelCheck(path);
    try {
      if (FolderFiles.list(path).contains("manifest.json")) {
        check.checkOurs();
      } else {
        check.checkMllib(SavedModel.open(parameter, folder));
      }
    } catch (IOException e) {
      throw new RunException(parameter + "=" + folder + ": cannot be read: " + e.getMessage(), e);
    }
    return check;
  }

  private void checkOurs() throws IOException {
    JsonNode json;
    Manifest manifest;
    try {
      json = Json.parse(path + "manifest.json", FolderFiles.readText(path + "manifest.json"));
      manifest = Manifest.parse(path, json);
    } catch (RunException e) {
      wrong.add(String.valueOf(e.getMessage()));
      return;
    }
    if (Manifest.digest(json) == null) {
      unknown.add("manifest.json has no digest of its own: whether it was edited is not known");
    } else if (!Manifest.isAsWritten(json)) {
      wrong.add(path + "manifest.json: was edited after it was written (manifestDigest)");
    }
    checkFiles(manifest.files());
    checkFactors(manifest);
    try {
      SavedModel model = SavedModel.open("model", path);
      model.metrics();
    } catch (RunException e) {
      if (wrong.isEmpty()) { // else it is most likely the same
        wrong.add(String.valueOf(e.getMessage()));
      }
    }
  }

  private void checkFiles(List<Manifest.ModelFile> saved) throws IOException {
    if (saved.isEmpty()) {
      unknown.add(
          "manifest.json has no sizes and digests of files, as of older versions: whether any but"
              + " those of factors were changed is not known");
      return;
    }
    Set<String> known = new HashSet<>();
    for (Manifest.ModelFile file : saved) {
      known.add(file.file());
      if (INSIDE.matcher(file.file()).matches()) {
        checkFile(file);
      } else {
        wrong.add(path + "manifest.json: names a file that is not in its folder: " + file.file());
      }
    }
    for (String folder : FOLDERS) {
      for (String name : FolderFiles.list(path + folder)) {
        // Hadoop keeps checksums of its own in hidden files.
        if (!known.contains(folder + name) && !name.startsWith(".")) {
          wrong.add(path + folder + name + ": is not of the model");
        }
      }
    }
  }

  private void checkFile(Manifest.ModelFile saved) {
    String file = path + saved.file();
    try {
      FileDigest digest = FileDigest.of(file);
      files++;
      bytes += digest.bytes();
      if (digest.bytes() != saved.bytes()) {
        wrong.add(String.format("%s: has %d bytes, not %d", file, digest.bytes(), saved.bytes()));
      } else if (!digest.sha256().equals(saved.sha256())) {
        wrong.add(file + ": has other bytes than were saved (sha256)");
      }
    } catch (FileNotFoundException | NoSuchFileException e) {
      wrong.add(file + ": is not there");
    } catch (IOException e) {
      wrong.add(file + ": cannot be read: " + e.getMessage());
    }
  }

  private void checkFactors(Manifest manifest) throws IOException {
    checkRows(WriteFactors.ITEM_RATINGS, 1);
    FactorsSummary saved = manifest.factors();
    FactorsDigest digest = new FactorsDigest();
    try {
      for (Side side : Side.values()) {
        String folder = WriteFactors.folder(side);
        digest.add(side, parts(folder), manifest.columns());
        if (digest.rows() != saved.rows(side)) {
          wrong.add(
              String.format(
                  "%s%s: has %d rows, not %d", path, folder, digest.rows(), saved.rows(side)));
        }
      }
    } catch (RunException e) { // of the first file; now all of them
      for (Side side : Side.values()) {
        checkRows(WriteFactors.folder(side), manifest.columns());
      }
      wrong.add(String.valueOf(e.getMessage()));
      return;
    }
    if (!digest.complete()) {
      wrong.add(path + ": a file of factors is missing or was added");
    }
    if (saved.digest().isEmpty()) {
      unknown.add("manifest.json has no factorsDigest: whether factors were changed is not known");
    } else if (!digest.hex().equals(saved.digest())) {
      wrong.add(path + "manifest.json: factorsDigest is not that of the factors");
    }
  }

  private List<String> parts(String folder) throws IOException {
    return FolderFiles.list(path + folder).stream()
        .filter(name -> name.startsWith("part-") && name.endsWith(".parquet"))
        .map(name -> path + folder + name)
        .toList();
  }

  /** Reads every row, so that each file with a wrong one is named. */
  private void checkRows(String folder, int rank) throws IOException {
    for (String file : parts(folder)) {
      try (FactorReader reader = new FactorReader(file)) {
        reader.read(rank).forEachRemaining(block -> {});
      } catch (RunException e) {
        wrong.add(String.valueOf(e.getMessage()));
      }
    }
  }

  private void checkMllib(SavedModel model) throws IOException {
    unknown.add(
        "saved by Spark MLlib, which keeps neither sizes nor digests: whether files were changed is"
            + " not known");
    for (Side side : Side.values()) {
      checkRows(WriteFactors.folder(side), model.rank());
      files += parts(WriteFactors.folder(side)).size();
    }
  }

  /** What is wrong, a line each; none where all is as it was saved. */
  public List<String> wrong() {
    return List.copyOf(wrong);
  }

  /** What the model does not tell, so that it could not be compared, a line each. */
  public List<String> unknown() {
    return List.copyOf(unknown);
  }

  /** How many files were compared. */
  public long files() {
    return files;
  }

  /** The size of all files that were compared. */
  public long bytes() {
    return bytes;
  }
}
