# What several of the scripts beside it need; they source it.
home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

# In the C locale a JVM, Maven's as well, cannot name a file whose name is not ASCII.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
  C | POSIX) export LC_ALL=C.UTF-8 ;;
esac

say() {
  echo "${0##*/}: $*" >&2
}

fail() {
  say "$*"
  exit 1
}

# Sets java.
find_java() {
  java=$(command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java" || true)
  [ -x "$java" ] || fail "no java found; expected a JDK 17 or newer on PATH or in JAVA_HOME"
}

# Whether the JDK has the vector module. A file of it tells; to ask the JDK itself takes 50 ms.
has_vector_module() {
  local release
  release=$(readlink -f "$java")
  grep -qs '^MODULES=.*jdk\.incubator\.vector' "${release%/bin/java}/release" ||
    "$java" --list-modules | grep -q '^jdk.incubator.vector@'
}

# The version of the JDK, as 17; from its file, as above.
java_feature() {
  local release version
  release=$(readlink -f "$java")
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "${release%/bin/java}/release" 2>/dev/null) ||
    version=
  [ -n "$version" ] || version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
  echo "${version:-17}"
}

add_opens() { # package ...; prints a flag each
  printf -- '--add-opens=java.base/%s=ALL-UNNAMED\n' "$@"
}

maven() {
  (cd "$home" && ./mvnw -B -q "$@" >&2)
}

# Sets class_path to the one of the tests, which has Spark MLlib. Sets mllib_flags as well.
build_tests() {
  say "compiling the tests"
  maven test-compile dependency:build-classpath -DincludeScope=test \
    -Dmdep.outputFile=target/test-classpath.txt
  class_path=$home/target/test-classes:$home/target/classes:$(<"$home/target/test-classpath.txt")
  # -Xss: MLlib ships the lineage of every iteration: 1 MB overflows before 20 iterations.
  # shellcheck disable=SC2207 # words
  mllib_flags=(-Xss16m --add-modules=jdk.incubator.vector $(add_opens java.io java.lang \
    java.lang.invoke java.lang.reflect java.net java.nio java.util java.util.concurrent \
    java.util.concurrent.atomic sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar))
}

# A process and those it started: raises peak to the highest resident set that one of them had, in
# kB. It starts no process itself, as the cores are busy with what is measured.
look() { # pid
  local key value children child
  while read -r key value _; do
    [[ $key != VmHWM: || $value -le $peak ]] || peak=$value
  done <"/proc/$1/status"
  read -r -a children <"/proc/$1/task/$1/children" || true
  for child in ${children[@]+"${children[@]}"}; do
    look "$child"
  done
}

# Runs a command. "wall-seconds cpu-seconds peak-kB" goes to $work/NAME.figures, its output to
# NAME.out and its log to NAME.err.
measure() { # name command ...
  local name=$1 peak=0 real user sys
  shift
  set -m # the command becomes a process group, for stop_measuring
  (
    TIMEFORMAT='%R %U %S'
    time "$@" >"$work/$name.out" 2>"$work/$name.err"
  ) 2>"$work/$name.time" &
  measured=$!
  set +m
  while kill -0 "$measured" 2>/dev/null; do
    look "$measured" 2>/dev/null || true # it may end meanwhile
    sleep 0.2
  done
  wait "$measured" || {
    tail -n 30 "$work/$name.err" >&2
    fail "$name failed, its log is above"
  }
  measured=
  read -r real user sys < <(tail -n 1 "$work/$name.time")
  awk -v w="$real" -v u="$user" -v s="$sys" -v p="$peak" \
    'BEGIN { printf "%.2f %.2f %d\n", w, u + s, p }' >"$work/$name.figures"
}

stop_measuring() {
  [ -z "${measured:-}" ] || kill -- "-$measured" 2>/dev/null || true
}

# Processes that go on when the script is done: their pids and logs are in the folder $state, and
# the JVM's flag $mark tells them from others, whose pid one may be meanwhile.
running() { # name; prints the pid
  local pid
  pid=$(cat "$state/$1.pid" 2>/dev/null) || return 1
  case $(ps -o command= -p "$pid" 2>/dev/null) in
    *" $mark "*) echo "$pid" ;;
    *) return 1 ;;
  esac
}

launch() { # name text command ...; waits until the log has the text
  local name=$1 text=$2 i
  shift 2
  nohup "$@" >"$state/logs/$name.log" 2>&1 </dev/null &
  echo $! >"$state/$name.pid"
  for ((i = 0; i < 300; i++)); do
    ! grep -qs "$text" "$state/logs/$name.log" || return 0
    kill -0 $! 2>/dev/null || break
    sleep 0.2
  done
  tail -n 5 "$state/logs/$name.log" >&2
  fail "the $name did not start; its log is $state/logs/$name.log"
}

tell() { # name ...; sets missing to how many do not run
  local name pid
  missing=0
  for name in "$@"; do
    if pid=$(running "$name"); then
      echo "$name runs, pid $pid"
    else
      echo "$name does not run"
      missing=$((missing + 1))
    fi
  done
}

end() { # name ...
  local name pid i
  for name in "$@"; do
    if pid=$(running "$name"); then
      kill "$pid" 2>/dev/null || true
      for ((i = 0; i < 50; i++)); do
        running "$name" >/dev/null || break
        sleep 0.2
      done
      running "$name" >/dev/null && kill -9 "$pid" 2>/dev/null
      echo "$name stopped"
    fi
    rm -f "$state/$name.pid"
  done
}

taken() { # port
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

check_port() { # port
  [[ $1 =~ ^[1-9][0-9]{3,4}$ ]] || fail "--port $1: expected 1024 to 65535"
}

# The folder of a Spark distribution, with jars/, from the artifacts in pom.xml.
spark=$home/target/spark
gather_spark() {
  if [ ! -d "$spark/jars" ] || [ "$home/pom.xml" -nt "$spark/jars" ]; then
    say "gathering Spark's jars"
    rm -rf "$spark/jars"
    maven dependency:copy-dependencies@spark-jars || fail "no jars of Spark, see above"
    touch "$spark/jars"
  fi
}

# Spark's jars here log through the JDK (see pom.xml), to the error stream, a line each.
logging() { # level; prints the settings
  cat <<END
handlers = java.util.logging.ConsoleHandler
java.util.logging.ConsoleHandler.level = ALL
java.util.logging.SimpleFormatter.format = %1\$tT %4\$s %3\$s: %5\$s%6\$s%n
.level = $1
END
}
