package dev.beamals.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.beamals.RunException;
import dev.beamals.blocks.FactorBlock;
import dev.beamals.ids.Ids;
import dev.beamals.ids.Side;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.io.FileSystems;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FactorsDigestTest {
  private static final int RANK = 3;

  private int files;

  @BeforeEach
  void numberFilesFromZero() {
    files = 0;
  }

  private static FactorBlock block(long seed, String... ids) {
    Random random = new Random(seed);
    float[] factors = new float[ids.length * RANK];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) random.nextGaussian();
    }
    return new FactorBlock(Ids.of(ids), RANK, factors);
  }

  /** Row {@code i} goes to part {@code i % parts}. */
  private List<String> write(Path folder, FactorBlock block, int parts) throws IOException {
    boolean intIds = block.ids().allInts();
    List<String> written = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      List<String> ids = new ArrayList<>();
      List<Float> factors = new ArrayList<>();
      for (int i = part; i < block.ids().size(); i += parts) {
        ids.add(block.ids().get(i));
        for (int k = 0; k < RANK; k++) {
          factors.add(block.factors()[i * RANK + k]);
        }
      }
      float[] rows = new float[factors.size()];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = factors.get(i);
      }
      String file = folder.resolve(files++ + ".parquet").toString();
      FactorsParquet.write(
          FileSystems.matchNewResource(file, false),
          new FactorBlock(Ids.of(ids.toArray(new String[0])), RANK, rows),
          intIds,
          parts);
      written.add(file);
    }
    return written;
  }

  private String digest(Path folder, FactorBlock users, FactorBlock items, int parts)
      throws IOException {
    FactorsDigest digest = new FactorsDigest();
    digest.add(Side.USER, write(folder, users, parts), RANK);
    assertEquals(users.ids().size(), digest.rows());
    assertEquals(users.ids().allInts(), digest.intIds());
    digest.add(Side.ITEM, write(folder, items, parts), RANK);
    assertEquals(items.ids().size(), digest.rows());
    assertEquals(items.ids().allInts(), digest.intIds());
    return digest.hex();
  }

  /** The documented bytes, written down once more. */
  private static void describe(int side, FactorBlock block, DataOutputStream out)
      throws IOException {
    for (int i = 0; i < block.ids().size(); i++) {
      out.writeByte(side);
      if (block.ids().isInt(i)) {
        out.writeByte(0);
        out.writeInt(block.ids().intAt(i));
      } else {
        byte[] id = block.ids().get(i).getBytes(StandardCharsets.UTF_8);
        out.writeByte(1);
        out.writeInt(id.length);
        out.write(id);
      }
      for (int k = 0; k < RANK; k++) {
        out.writeFloat(block.factors()[i * RANK + k]);
      }
    }
  }

  @Test
  void digestIsSha256OfTheDocumentedBytes(@TempDir Path folder) throws Exception {
    FactorBlock users = block(1, "3", "-1", "20", "2147483647", "0");
    FactorBlock items = block(2, "7", "a,b", "用户", "", "10", "007");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    describe(0, users, new DataOutputStream(bytes));
    describe(1, items, new DataOutputStream(bytes));
    assertEquals(
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray())),
        digest(folder, users, items, 1));
  }

  @Test
  void digestIsTheSameHoweverRowsAreSpreadOverFiles(@TempDir Path folder) throws IOException {
    String[] ids = new String[100];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i % 3 == 0 ? "u" + i : "" + (7 * i - 300);
    }
    FactorBlock users = block(1, ids);
    FactorBlock items = block(2, "1", "2", "10", "20", "3");
    String one = digest(folder, users, items, 1);
    assertEquals(one, digest(folder, users, items, 3));
    assertEquals(one, digest(folder, users, items, 5));
  }

  @Test
  void orderOfTheFilesDoesNotMatter(@TempDir Path folder) throws IOException {
    List<String> parts = write(folder, block(1, "1", "2", "3", "x", "y"), 3);
    FactorsDigest digest = new FactorsDigest();
    digest.add(Side.USER, parts, RANK);
    FactorsDigest other = new FactorsDigest();
    other.add(Side.USER, List.of(parts.get(2), parts.get(0), parts.get(1)), RANK);
    assertEquals(digest.hex(), other.hex());
  }

  @Test
  void oneBitOfOneFactorChangesTheDigest(@TempDir Path folder) throws IOException {
    FactorBlock users = block(1, "1", "2", "3");
    FactorBlock items = block(2, "4", "5");
    String before = digest(folder, users, items, 1);
    for (int i = 0; i < items.factors().length; i++) {
      float[] factors = items.factors().clone();
      factors[i] = Float.intBitsToFloat(Float.floatToRawIntBits(factors[i]) ^ 1);
      assertNotEquals(
          before, digest(folder, users, new FactorBlock(items.ids(), RANK, factors), 1));
    }
    float[] zero = {0, 0, 0};
    float[] minusZero = {0, -0f, 0};
    assertNotEquals(
        digest(folder, users, new FactorBlock(Ids.of(4), RANK, zero), 1),
        digest(folder, users, new FactorBlock(Ids.of(4), RANK, minusZero), 1));
  }

  @Test
  void oneIdChangesTheDigest(@TempDir Path folder) throws IOException {
    FactorBlock users = block(1, "1", "2", "3");
    FactorBlock items = block(2, "4", "5");
    String before = digest(folder, users, items, 1);
    assertNotEquals(before, digest(folder, block(1, "1", "2", "4"), items, 1));
    assertNotEquals(before, digest(folder, users, block(2, "4", "05"), 1));
  }

  @Test
  void swappingTheSidesChangesTheDigest(@TempDir Path folder) throws IOException {
    FactorBlock one = block(1, "1", "2");
    FactorBlock other = block(2, "3", "4");
    assertNotEquals(digest(folder, one, other, 1), digest(folder, other, one, 1));
    FactorBlock both = block(3, "1", "2");
    FactorBlock none = block(3);
    assertNotEquals(digest(folder, both, none, 1), digest(folder, none, both, 1));
  }

  /** Blocks of a file end where those of another do not, and so do its row groups. */
  @Test
  void filesOfSeveralBlocksAreMerged(@TempDir Path folder) throws Exception {
    String[] ids = new String[40_000];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = "" + i * 7 % 40_000;
    }
    FactorBlock users = block(1, ids);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    describe(0, users, new DataOutputStream(bytes));
    FactorsDigest digest = new FactorsDigest();
    digest.add(Side.USER, write(folder, users, 3), RANK);
    assertEquals(40_000, digest.rows());
    assertEquals(
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray())),
        digest.hex());
  }

  @Test
  void factorsThatNobodyCouldReadAreRefused(@TempDir Path folder) throws IOException {
    List<String> files = write(folder, block(1, "1", "2"), 1);
    RunException rank =
        assertThrows(RunException.class, () -> new FactorsDigest().add(Side.USER, files, RANK + 1));
    assertTrue(
        String.valueOf(rank.getMessage())
            .endsWith("id 1 has 3 factors; expected 4 finite factors," + " the rank of the model"),
        rank.getMessage());
    float[] nan = {1, Float.NaN, 3};
    List<String> bad = write(folder, new FactorBlock(Ids.of(7), RANK, nan), 1);
    RunException finite =
        assertThrows(RunException.class, () -> new FactorsDigest().add(Side.USER, bad, RANK));
    assertTrue(String.valueOf(finite.getMessage()).contains("id 7 has a factor that is not"));
  }

  @Test
  void sideWithoutFilesHasNoRows() {
    FactorsDigest digest = new FactorsDigest();
    digest.add(Side.USER, List.of(), RANK);
    assertEquals(0, digest.rows());
    assertTrue(digest.intIds());
    assertFalse(digest.hex().isEmpty());
  }
}
