package dev.beamals.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.beam.sdk.io.FileSystems;

/**
 * What tells a file from any other.
 *
 * @param bytes its size
 * @param sha256 of what is in it, in hexadecimal
 */
public record FileDigest(long bytes, String sha256) {
  private static final int BUFFER = 1 << 20;

  /** Reads a file. */
  public static FileDigest of(String file) throws IOException {
    MessageDigest sha256 = newSha256();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    long bytes = 0;
    try (ReadableByteChannel channel =
        FileSystems.open(FileSystems.matchNewResource(file, false))) {
      while (channel.read(buffer) >= 0) {
        bytes += buffer.flip().remaining();
        sha256.update(buffer);
        buffer.clear();
      }
    }
    return new FileDigest(bytes, HexFormat.of().formatHex(sha256.digest()));
  }

  /** A new SHA-256. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
