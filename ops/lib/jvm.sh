# Sourced by the other scripts, after jdk.sh and build.sh: how a server is run, as the words of $portcullis_java; of them $portcullis_flags are for
# whoever wants to measure parts of it alike.
# Wants $root, the folder of the repository.

portcullis_flags=(
  # Netty's transports are native libraries, and its buffers use Unsafe: allowed, so that nothing warns of it.
  --enable-native-access=ALL-UNNAMED
  --sun-misc-unsafe-memory-access=allow
  # A header of 8 instead of 12 bytes for each object: many connections are many small objects.
  -XX:+UseCompactObjectHeaders
  # The same collector on one core as on many: without this a small machine gets the serial one, and its long pauses.
  -XX:+UseG1GC
  # A server that ran out of memory half works; it is better ended, and started anew by whoever watches it.
  -XX:+ExitOnOutOfMemoryError
  # Nobody records Netty's events of buffers, and setting them up takes a tenth of a second of a start on one core.
  -Dio.netty.jfr.enabled=false
  # Buffers are watched for leaks in the tests, all of them; here the watching would only cost.
  -Dio.netty.leakDetection.level=disabled
)
portcullis_java=("$JAVA_HOME/bin/java" "${portcullis_flags[@]}")
# Its manifest names the others in an order that is the same everywhere.
portcullis_main=(-cp "$(echo "$root"/ops/target/portcullis/lib/portcullis-ops-*.jar)" dev.portcullis.ops.Main)

. "$root/ops/lib/cache.sh"
portcullis_make_cache
if [ -e "$portcullis_cache" ]; then
  portcullis_java+=(
    # Classes read, checked and linked beforehand: a start takes a quarter of the time, and less memory.
    "-XX:AOTCache=$portcullis_cache"
    # Where other flags make it of no use (another collector, a debugger), that costs time and is nobody's mistake.
    '-Xlog:aot*=off'
  )
fi

# Words of JAVA_OPTS come last, so that they win.
read -r -a portcullis_java_opts <<<"${JAVA_OPTS:-}"
portcullis_java+=(
  ${portcullis_java_opts[@]+"${portcullis_java_opts[@]}"}
  "${portcullis_main[@]}"
)
