package dev.beamals.csv;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Some of a file: its beginning, and where it can be read from the middle, three pieces of its
 * rest. Always the same ones.
 */
final class Sample {
  private static final int BEGINNING = 256 << 10;
  private static final int PIECE = 64 << 10;
  private static final int PIECES = 3;

  private final List<byte[]> pieces;
  private final boolean whole;

  private Sample(List<byte[]> pieces, boolean whole) {
    this.pieces = pieces;
    this.whole = whole;
  }

  static Sample of(String file) throws IOException {
    List<byte[]> pieces = new ArrayList<>();
    try (ReadableByteChannel channel = Packing.open(file)) {
      byte[] beginning = read(channel, BEGINNING);
      pieces.add(beginning);
      if (channel instanceof SeekableByteChannel seekable && beginning.length == BEGINNING) {
        for (int i = 1; i <= PIECES; i++) {
          long at = seekable.size() / (PIECES + 1) * i / 4 * 4; // of whole characters of UTF-32
          if (at >= BEGINNING) {
            seekable.position(at);
            pieces.add(read(channel, PIECE));
          }
        }
      }
      return new Sample(pieces, beginning.length < BEGINNING);
    }
  }

  /** A whole text. */
  static Sample of(byte[] text) {
    return new Sample(List.of(text), true);
  }

  private static byte[] read(ReadableByteChannel channel, int most) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(most);
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
      // until there is enough, or no more
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /** How the file begins. */
  byte[] beginning() {
    return pieces.get(0);
  }

  /** Whether any piece has a byte from 0x80 to 0x9F, which are control characters in Latin 1. */
  boolean hasControls() {
    for (byte[] piece : pieces) {
      for (byte b : piece) {
        if ((b & 0xE0) == 0x80) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whole lines, without a mark of their encoding. */
  String text(String encoding) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < pieces.size(); i++) {
      String piece = new String(pieces.get(i), Charset.forName(encoding));
      int from = i > 0 ? lineEnd(piece, 0) : piece.startsWith("\uFEFF") ? 1 : 0;
      int to = whole ? piece.length() : lastLineEnd(piece);
      text.append(piece, Math.min(from, to), to);
    }
    return text.toString();
  }

  /** Where the line ends in which a character is, with its line end. */
  private static int lineEnd(String text, int from) {
    int p = from;
    while (p < text.length() && text.charAt(p) != '\n' && text.charAt(p) != '\r') {
      p++;
    }
    boolean two = p + 1 < text.length() && text.charAt(p) == '\r' && text.charAt(p + 1) == '\n';
    return Math.min(text.length(), two ? p + 2 : p + 1);
  }

  private static int lastLineEnd(String text) {
    return Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
  }
}
