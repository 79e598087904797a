package dev.beamals.files;

import dev.beamals.RunException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an output to one run at a time: a file {@code .NAME.lock} beside it says which process of
 * which machine writes to it, and since when. The next run is refused while that process runs.
 *
 * <p>A process of the same machine is known to have ended when there is none of its id and start.
 * Of another machine only its beat is known: it writes the time into the file every ten seconds.
 * Where the last beat is not of the last minute, the next run does not believe the clocks but waits
 * for another beat, half a minute; where there is none, it takes the lock over, and says so.
 *
 * <p>The file is made by {@link Storage#create}: on a local disk and on HDFS one run alone makes
 * it. On a store that keeps the last of several, the others find out when they beat, or at the
 * latest from {@link #refuseOther}, before anything is put in place.
 */
public final class OutputLock implements AutoCloseable {
  private static final Duration BEAT = Duration.ofSeconds(10);
  private static final Duration FRESH = Duration.ofSeconds(60);

  /** How long a file that is being written may look like none. */
  private static final Duration WRITTEN = Duration.ofSeconds(2);

  private final Storage storage;
  private final String file;
  private final Owner owner;
  private final Duration beat;
  private final CleanUp cleanUp;
  private final Thread thread;

  /**
   * Who holds a lock.
   *
   * @param run tells it from others of the process
   * @param since when it was taken, by the clock of its machine
   */
  private record Owner(RunProcess process, String run, String since) {
    byte[] toBytes(Instant now) {
      return String.format(
              "host=%s%nprocess=%d%nmachine=%s%nstarted=%s%nrun=%s%nsince=%s%nbeat=%s%n",
              process.host(), process.id(), process.machine(), process.started(), run, since, now)
          .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      return String.format("process %d on %s, since %s", process.id(), process.host(), since);
    }
  }

  /** What a file says: who holds the lock, and when it said so last. */
  private record Beat(Owner owner, String at) {
    static @Nullable Beat parse(byte[] bytes) {
      Properties lines = new Properties();
      try {
        lines.load(new StringReader(new String(bytes, StandardCharsets.UTF_8)));
        return new Beat(
            new Owner(
                new RunProcess(
                    text(lines, "host"),
                    text(lines, "machine"),
                    Long.parseLong(text(lines, "process")),
                    text(lines, "started")),
                text(lines, "run"),
                text(lines, "since")),
            text(lines, "beat"));
      } catch (IOException | IllegalArgumentException e) {
        return null;
      }
    }

    private static String text(Properties lines, String name) {
      String text = lines.getProperty(name);
      if (text == null) {
        throw new IllegalArgumentException(name);
      }
      return text;
    }

    /** Whether it is of the last minute, by the clock of this machine. */
    boolean isFresh() {
      try {
        Duration age = Duration.between(Instant.parse(at), Instant.now());
        return age.abs().compareTo(FRESH) <= 0;
      } catch (DateTimeParseException e) {
        return false;
      }
    }
  }

  private OutputLock(Storage storage, String file, Owner owner, Duration beat) {
    this.storage = storage;
    this.file = file;
    this.owner = owner;
    this.beat = beat;
    this.thread = new Thread(this::beat, "lock");
    thread.setDaemon(true);
    this.cleanUp = CleanUp.of(this::release);
  }

  /**
   * Takes the lock of an output, until this is closed or the JVM is shut down.
   *
   * @param parameter what messages call it, as in {@code output=a: another run writes to it}
   * @param options say how Hadoop reaches an {@code output} that is not on the local disk
   * @param say gets a line where there is something to be said, as of a lock that is taken over
   * @return null where there can be none: {@code say} has heard why
   * @throws RunException if another run writes to the output
   */
  public static @Nullable OutputLock take(
      String parameter, String output, PipelineOptions options, Consumer<String> say) {
    String place = parameter + "=" + output;
    String path = FolderFiles.target(parameter, output);
    Storage storage;
    try {
      storage = Storage.of(output, options);
    } catch (IOException e) { // Hadoop does not know the scheme, which Beam may
      say.accept(place + ": not kept from other runs meanwhile (" + e.getMessage() + ")");
      return null;
    }
    try {
      return take(place, path, storage, BEAT, say);
    } catch (IOException e) {
      if (FolderFiles.isRemote(output) || !isWritableAlone(Path.of(path))) {
        throw RunException.cannotWrite(place, e);
      }
      say.accept(place + ": not kept from other runs meanwhile, as its folder cannot be written");
      return null;
    }
  }

  /** Whether something can be written, and the folder that it is in cannot: a mount, a device. */
  private static boolean isWritableAlone(Path path) {
    Path parent = path.getParent();
    return Files.isWritable(path) && (parent == null || !Files.isWritable(parent));
  }

  /** The file that locks {@code path}. */
  private static String file(String path) {
    String bare = path.replaceFirst("/$", "");
    int name = bare.lastIndexOf('/') + 1;
    return bare.substring(0, name) + "." + bare.substring(name) + ".lock";
  }

  /**
   * @param path of the output, links followed
   * @param beat how often the owner of a lock says that it lives
   */
  static OutputLock take(
      String place, String path, Storage storage, Duration beat, Consumer<String> say)
      throws IOException {
    String file = file(path);
    Owner owner =
        new Owner(
            RunProcess.current(),
            UUID.randomUUID().toString(),
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    storage.makeFolder(file.substring(0, file.lastIndexOf('/') + 1));
    String ended = null;
    while (true) {
      try {
        storage.create(file, owner.toBytes(Instant.now()));
      } catch (FileAlreadyExistsException e) {
        byte[] held = read(storage, file);
        if (held != null) {
          String other = name(check(place, storage, file, held, beat));
          ended = takeAway(storage, file, held) ? other : ended;
        }
        continue;
      }
      byte[] made = read(storage, file);
      Beat ours = made == null ? null : Beat.parse(made);
      if (ours != null && ours.owner.equals(owner)) {
        if (ended != null) {
          say.accept(place + ": taken over from a run that ended without a word: " + ended);
        }
        OutputLock lock = new OutputLock(storage, file, owner, beat);
        lock.thread.start();
        return lock;
      }
    }
  }

  private static String name(@Nullable Beat beat) {
    return beat == null ? "it does not say which" : beat.owner.toString();
  }

  /**
   * Finds out that the owner of a lock has ended.
   *
   * @return what it said, if that can be read
   * @throws RunException if it has not
   */
  private static @Nullable Beat check(
      String place, Storage storage, String file, byte[] held, Duration beat) throws IOException {
    Beat other = Beat.parse(held);
    boolean here = other != null && other.owner.process.runs().isPresent();
    boolean lives =
        other != null && (here ? other.owner.process.runs().orElse(false) : other.isFresh());
    if (!lives && !here) {
      // Its clock or ours may have been set: what counts is whether it beats.
      lives = changes(storage, file, held, other == null ? WRITTEN : beat.multipliedBy(3));
      byte[] now = lives ? read(storage, file) : null;
      if (lives && now == null) {
        return other; // it ended just now
      }
      other = now == null ? other : Beat.parse(now);
    }
    if (lives) {
      throw new RunException(
          String.format(
              "%s: another run writes to it: %s (%s); expected another output, or to wait until it"
                  + " ends",
              place, name(other), file));
    }
    return other;
  }

  private static boolean changes(Storage storage, String file, byte[] held, Duration within)
      throws IOException {
    long started = System.nanoTime();
    while (System.nanoTime() - started < within.toNanos()) {
      if (!Arrays.equals(held, read(storage, file))) {
        return true;
      }
      pause(within.dividedBy(20));
    }
    return false;
  }

  private static void pause(Duration time) throws IOException {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * Takes a lock away whose owner has ended: one run at a time, as a slow one would else take away
   * the lock of a fast one.
   *
   * @return whether it is gone, by this
   */
  private static boolean takeAway(Storage storage, String file, byte[] held) throws IOException {
    String taking = file + "-taken";
    try {
      storage.create(taking, new byte[0]);
    } catch (FileAlreadyExistsException e) {
      if (!changes(storage, taking, new byte[0], WRITTEN)) { // it was killed meanwhile
        storage.delete(taking);
      }
      return false;
    }
    try {
      boolean same = Arrays.equals(held, read(storage, file));
      if (same) {
        storage.delete(file);
      }
      return same;
    } finally {
      storage.delete(taking);
    }
  }

  /** What is in a file, or null where there is none. */
  private static byte @Nullable [] read(Storage storage, String file) throws IOException {
    try {
      return storage.read(file);
    } catch (NoSuchFileException | FileNotFoundException e) {
      return null; // another run may have made one since
    } catch (IOException e) {
      if (storage.exists(file)) {
        throw e;
      }
      return null;
    }
  }

  /**
   * Looks once more before something is put in place.
   *
   * @param place names the output in messages
   * @param path of the output, links followed
   * @throws RunException if a process other than this has the lock of an output, and runs
   */
  public static void refuseOther(String place, String path, Storage storage) throws IOException {
    byte[] held = read(storage, file(path));
    Beat other = held == null ? null : Beat.parse(held);
    if (other != null
        && !other.owner.process.equals(RunProcess.current())
        && other.owner.process.runs().orElse(other.isFresh())) {
      throw new RunException(
          place + ": another run has begun to write to it, so this one ends: " + name(other));
    }
  }

  private void beat() {
    try {
      while (true) {
        Thread.sleep(beat.toMillis());
        try {
          if (!isOurs()) {
            return;
          }
          storage.write(file, owner.toBytes(Instant.now()));
        } catch (IOException e) {
          // The next beat may succeed.
        }
      }
    } catch (InterruptedException e) {
      // The lock is released.
    }
  }

  private boolean isOurs() throws IOException {
    byte[] held = read(storage, file);
    Beat beat = held == null ? null : Beat.parse(held);
    return beat != null && beat.owner.equals(owner);
  }

  @Override
  public void close() {
    cleanUp.close();
  }

  private void release() {
    thread.interrupt();
    try {
      thread.join();
      if (isOurs()) {
        storage.delete(file);
      }
    } catch (IOException e) {
      // The next run finds that this one has ended.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
