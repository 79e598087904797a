package dev.beamals.ids;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Primitive arrays and ids on a stream: a big-endian length, then the elements, moved in bulk.
 *
 * <p>Deterministic: equal arrays (floats by their bits) give equal bytes.
 */
public final class ArrayCoding {
  /** Elements moved at a time; bounds the scratch buffer. */
  private static final int BULK = 8192;

  private ArrayCoding() {}

  public static void write(int[] array, OutputStream out) throws IOException {
    writeLength(array.length, out);
    ByteBuffer buffer = ByteBuffer.allocate(4 * Math.min(BULK, array.length));
    for (int i = 0; i < array.length; i += BULK) {
      int n = Math.min(BULK, array.length - i);
      buffer.asIntBuffer().put(array, i, n);
      out.write(buffer.array(), 0, 4 * n);
    }
  }

  public static int[] readInts(InputStream in) throws IOException {
    int[] array = new int[readLength(in)];
    ByteBuffer buffer = ByteBuffer.allocate(4 * Math.min(BULK, array.length));
    for (int i = 0; i < array.length; i += BULK) {
      int n = Math.min(BULK, array.length - i);
      readFully(in, buffer.array(), 4 * n);
      buffer.asIntBuffer().get(array, i, n);
    }
    return array;
  }

  public static void write(float[] array, OutputStream out) throws IOException {
    writeLength(array.length, out);
    ByteBuffer buffer = ByteBuffer.allocate(4 * Math.min(BULK, array.length));
    for (int i = 0; i < array.length; i += BULK) {
      int n = Math.min(BULK, array.length - i);
      buffer.asFloatBuffer().put(array, i, n);
      out.write(buffer.array(), 0, 4 * n);
    }
  }

  public static float[] readFloats(InputStream in) throws IOException {
    float[] array = new float[readLength(in)];
    ByteBuffer buffer = ByteBuffer.allocate(4 * Math.min(BULK, array.length));
    for (int i = 0; i < array.length; i += BULK) {
      int n = Math.min(BULK, array.length - i);
      readFully(in, buffer.array(), 4 * n);
      buffer.asFloatBuffer().get(array, i, n);
    }
    return array;
  }

  public static void write(long[] array, OutputStream out) throws IOException {
    writeLength(array.length, out);
    ByteBuffer buffer = ByteBuffer.allocate(8 * Math.min(BULK, array.length));
    for (int i = 0; i < array.length; i += BULK) {
      int n = Math.min(BULK, array.length - i);
      buffer.asLongBuffer().put(array, i, n);
      out.write(buffer.array(), 0, 8 * n);
    }
  }

  public static long[] readLongs(InputStream in) throws IOException {
    long[] array = new long[readLength(in)];
    ByteBuffer buffer = ByteBuffer.allocate(8 * Math.min(BULK, array.length));
    for (int i = 0; i < array.length; i += BULK) {
      int n = Math.min(BULK, array.length - i);
      readFully(in, buffer.array(), 8 * n);
      buffer.asLongBuffer().get(array, i, n);
    }
    return array;
  }

  public static void write(byte[] array, OutputStream out) throws IOException {
    writeLength(array.length, out);
    out.write(array);
  }

  public static byte[] readBytes(InputStream in) throws IOException {
    byte[] array = new byte[readLength(in)];
    readFully(in, array, array.length);
    return array;
  }

  public static void write(String string, OutputStream out) throws IOException {
    write(string.getBytes(StandardCharsets.UTF_8), out);
  }

  public static String readString(InputStream in) throws IOException {
    return new String(readBytes(in), StandardCharsets.UTF_8);
  }

  public static void write(Ids ids, OutputStream out) throws IOException {
    write(ids.ints(), out);
    write(ids.texts().offsets(), out);
    write(ids.texts().utf8(), out);
  }

  public static Ids readIds(InputStream in) throws IOException {
    int[] ints = readInts(in);
    int[] offsets = readInts(in);
    return new Ids(ints, new Texts(readBytes(in), offsets));
  }

  private static void writeLength(int length, OutputStream out) throws IOException {
    new DataOutputStream(out).writeInt(length);
  }

  private static int readLength(InputStream in) throws IOException {
    int length = new DataInputStream(in).readInt();
    if (length < 0) {
      throw new IOException("negative array length " + length);
    }
    return length;
  }

  private static void readFully(InputStream in, byte[] bytes, int length) throws IOException {
    if (in.readNBytes(bytes, 0, length) < length) {
      throw new EOFException("stream ends inside an array");
    }
  }
}
