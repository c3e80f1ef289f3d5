# Sourced by the other scripts, after jdk.sh and build.sh: how a server is run, as the words of $portcullis_java.
# Wants $root, the folder of the repository.

portcullis_java=(
  "$JAVA_HOME/bin/java"
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
# Words of JAVA_OPTS come last, so that they win.
read -r -a portcullis_java_opts <<<"${JAVA_OPTS:-}"
portcullis_java+=(
  ${portcullis_java_opts[@]+"${portcullis_java_opts[@]}"}
  -cp "$root/ops/target/portcullis/lib/*" dev.portcullis.ops.Main
)
