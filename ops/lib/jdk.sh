# Sourced by the other scripts: finds a JDK 25 or later and exports JAVA_HOME.
# Looks at JAVA_HOME, then at the usual folders; says in one line what is missing, exit code 69, when there is none.

portcullis_jdk_feature() { # folder -> its Java version number, 0 when it is no JDK
  local version=''
  if [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ]; then
    if [ -r "$1/release" ]; then
      version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" | head -n 1)
    fi
    if [ -z "$version" ]; then
      version=$("$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p' | head -n 1)
    fi
  fi
  printf '%s\n' "${version:-0}"
}

portcullis_find_jdk() {
  local wanted=25 candidate
  for candidate in \
    "${JAVA_HOME:-}" \
    /usr/lib/jvm/* \
    /opt/* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$candidate" ] && [ "$(portcullis_jdk_feature "$candidate")" -ge "$wanted" ]; then
      JAVA_HOME=$candidate
      export JAVA_HOME
      return 0
    fi
  done
  printf 'No JDK %s or later found: install one (for example Temurin %s) or set JAVA_HOME to its folder.\n' \
    "$wanted" "$wanted" >&2
  return 69
}

portcullis_find_jdk || exit 69
