package dev.beamals.files;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process, told from all others there were and will be, whatever is done to the clock.
 *
 * @param host for people: names of machines may be the same
 * @param machine where process ids mean the same: one start of one machine, and in it one set of
 *     processes, as a container has its own
 * @param started when the process started, as its machine counts: ids are used again
 */
record RunProcess(String host, String machine, long id, String started) {
  private static final Path PROC = Path.of("/proc");

  /** This one. */
  static RunProcess current() {
    String host = hostName();
    long id = ProcessHandle.current().pid();
    return new RunProcess(host, machine(host), id, started(id));
  }

  /** Whether this is known to run on the machine of this program, or not to; else empty. */
  Optional<Boolean> runs() {
    return machine.equals(machine(hostName()))
        ? Optional.of(started.equals(started(id)))
        : Optional.empty();
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) { // a name that no server knows
      return "localhost";
    }
  }

  private static String machine(String host) {
    try {
      return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip()
          + " "
          + Files.readSymbolicLink(PROC.resolve("self/ns/pid"));
    } catch (IOException e) { // not Linux
      return host;
    }
  }

  /** When a process started, empty where none of that id runs. */
  private static String started(long id) {
    if (Files.exists(PROC.resolve("self/stat"))) {
      try {
        // Not the time of ProcessHandle: that moves when the clock is set.
        String stat = Files.readString(PROC.resolve(id + "/stat"), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        boolean ended = fields[0].equals("Z") || fields[0].equals("X");
        return ended ? "" : fields[19]; // field 22, ticks since the machine started
      } catch (IOException | RuntimeException e) {
        return "";
      }
    }
    return ProcessHandle.of(id)
        .flatMap(process -> process.info().startInstant())
        .map(Object::toString)
        .orElse("");
  }
}
