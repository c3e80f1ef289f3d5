# Sourced by the other scripts, after jdk.sh: builds a module where its sources are not those of the last build.
# Wants $root, the folder of the repository.

portcullis_sources_sum() { # one line that changes when a source, a pom or a name of one does
  (
    cd "$root"
    find pom.xml .mvn ./*/pom.xml ./*/src/main -type f -print0 | LC_ALL=C sort -z | xargs -0 cksum | cksum
  )
}

portcullis_maven() { # Maven on the JDK found, from the root of the repository
  if ! command -v mvn >/dev/null 2>&1; then
    printf 'No Maven found: install it (Debian: apt-get install maven) and make sure that mvn is in PATH.\n' >&2
    return 69
  fi
  # Maven's own libraries use Unsafe, of which a JDK 25 warns: nothing to be done about it here.
  # It resets colours at its end even where it was told to use none: the escapes are taken out. Scripts set pipefail.
  (cd "$root" && MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" mvn -B -Dstyle.color=never "$@" 2>&1) \
    | sed -u $'s/\e\\[[0-9;]*m//g'
}

portcullis_build() { # module -> built without tests, if sources changed since it was
  local module=$1 stamp sum
  stamp=$root/$module/target/portcullis-built
  sum=$(portcullis_sources_sum)
  if [ "$(cat "$stamp" 2>/dev/null || true)" = "$sum" ]; then
    return 0
  fi
  if [ -e "$stamp" ]; then
    printf 'Sources changed: building %s without tests …\n' "$module" >&2
  else
    printf 'Building %s without tests; the first time Maven also fetches libraries …\n' "$module" >&2
  fi
  mkdir -p "$root/$module/target"
  # Two that start at the same time must not build in the same folders.
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$root/$module/target/portcullis-build-lock"
    flock 9
    if [ "$(cat "$stamp" 2>/dev/null || true)" = "$sum" ]; then
      exec 9>&-
      return 0
    fi
  fi
  rm -f "$stamp"
  # Checks of format are for ops/test; compiling and testing tests too.
  portcullis_maven -q -pl "$module" -am -Dmaven.test.skip=true -Dspotless.check.skip=true package >&2
  printf '%s\n' "$sum" >"$stamp"
  if command -v flock >/dev/null 2>&1; then
    exec 9>&-
  fi
}
