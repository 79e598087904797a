package dev.beamals.csv;

import dev.beamals.RunException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.io.FileSystems;
import org.jspecify.annotations.Nullable;

/** What a file is, told by how it begins: packed by gzip, bzip2, zstd or zip, or as it is. */
final class Packing {
  /** Between the name of a zip file and that of a file in it. */
  private static final String ENTRY = "!/";

  private static final Map<String, Compression> BEGINS =
      Map.of(
          "1f8b", Compression.GZIP,
          "425a68", Compression.BZIP2,
          "28b52ffd", Compression.ZSTD,
          "504b0304", Compression.ZIP);

  private Packing() {}

  /** Opens what a file unpacks to; seekable where the file is not packed and its system allows. */
  static ReadableByteChannel open(String name) throws IOException {
    int entry = name.indexOf(ENTRY);
    if (entry >= 0) {
      return Channels.newChannel(openEntry(name.substring(0, entry), name.substring(entry + 2)));
    }
    ReadableByteChannel channel = FileSystems.open(FileSystems.matchNewResource(name, false));
    byte[] begin = begin(channel);
    Compression compression = compression(name, begin);
    if (compression == Compression.UNCOMPRESSED && channel instanceof SeekableByteChannel) {
      return ((SeekableByteChannel) channel).position(0);
    }
    return compression.readDecompressed(
        Channels.newChannel(
            new SequenceInputStream(
                new ByteArrayInputStream(begin), Channels.newInputStream(channel))));
  }

  private static byte[] begin(ReadableByteChannel channel) throws IOException {
    ByteBuffer begin = ByteBuffer.allocate(4);
    int n = 0;
    while (n >= 0 && begin.hasRemaining()) {
      n = channel.read(begin);
    }
    return Arrays.copyOf(begin.array(), begin.position());
  }

  private static Compression compression(String name, byte[] begin) {
    StringBuilder hex = new StringBuilder();
    for (byte b : begin) {
      hex.append(String.format(Locale.ROOT, "%02x", b));
    }
    for (Map.Entry<String, Compression> known : BEGINS.entrySet()) {
      if (hex.toString().startsWith(known.getKey())) {
        return known.getValue();
      }
    }
    Compression named = Compression.detect(name);
    return BEGINS.containsValue(named) ? Compression.UNCOMPRESSED : named;
  }

  private static Compression compression(String name) throws IOException {
    try (ReadableByteChannel channel =
        FileSystems.open(FileSystems.matchNewResource(name, false))) {
      byte[] begin = begin(channel);
      String foreign = foreign(begin);
      if (foreign != null) {
        throw new RunException(name + ": is " + foreign + "; expected CSV, Parquet or JSON");
      }
      return compression(name, begin);
    }
  }

  private static @Nullable String foreign(byte[] begin) {
    String text = new String(begin, StandardCharsets.ISO_8859_1);
    return text.equals("PARE")
        ? "an encrypted Parquet file"
        : text.equals("\u00d0\u00cf\u0011\u00e0") ? "an Excel file" : null;
  }

  /** Whether a file, or what it unpacks to, is one of Parquet. */
  static boolean isParquet(String name) throws IOException {
    try (ReadableByteChannel channel = open(name)) {
      boolean parquet = new String(begin(channel), StandardCharsets.ISO_8859_1).equals("PAR1");
      if (parquet && isPacked(name)) {
        throw new RunException(name + ": is a Parquet file that is packed; expected it unpacked");
      }
      return parquet;
    }
  }

  /** Whether a file has to be read from its start. */
  static boolean isPacked(String name) throws IOException {
    return name.contains(ENTRY) || compression(name) != Compression.UNCOMPRESSED;
  }

  /** How a file is packed, in a word. */
  static String kind(String name) throws IOException {
    return name.contains(ENTRY) ? "zip" : compression(name).name().toLowerCase(Locale.ROOT);
  }

  /**
   * The files in a file and their sizes: those in a zip, else itself.
   *
   * @throws RunException where it is a file of another kind
   */
  static Map<String, Long> files(String name, long size) throws IOException {
    if (size == 0 || compression(name) != Compression.ZIP) {
      return Map.of(name, size);
    }
    Map<String, Long> files = new TreeMap<>();
    try (ZipInputStream zip = zip(name)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().equals("[Content_Types].xml") || entry.getName().startsWith("xl/")) {
          throw new RunException(name + ": is an Excel file; expected CSV, Parquet or JSON");
        }
        if (!entry.isDirectory() && !entry.getName().startsWith("__MACOSX/")) {
          files.put(
              name + ENTRY + entry.getName(), zip.transferTo(OutputStream.nullOutputStream()));
        }
      }
    }
    if (files.isEmpty()) {
      throw new RunException(name + ": is a zip file that has no files, or a damaged one");
    }
    return files;
  }

  private static ZipInputStream zip(String name) throws IOException {
    return new ZipInputStream(
        Channels.newInputStream(FileSystems.open(FileSystems.matchNewResource(name, false))));
  }

  private static InputStream openEntry(String name, String wanted) throws IOException {
    ZipInputStream zip = zip(name);
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      if (entry.getName().equals(wanted)) {
        return zip;
      }
    }
    zip.close();
    throw new IOException("it has no " + wanted);
  }

  /** Why a file cannot be read, in words. */
  static String reason(String name, IOException e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof EOFException || message.contains("Unexpected end")) {
      String kind = name;
      try {
        kind = kind(name);
      } catch (IOException | RuntimeException other) {
        // It was readable a moment ago: the first reason is the one to tell.
      }
      return "ends early: a truncated " + kind + " file";
    }
    return "cannot be read: " + message.lines().findFirst().orElse("");
  }
}
