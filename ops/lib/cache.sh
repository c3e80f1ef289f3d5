# Sourced by jvm.sh: an AOT cache of the server's classes, as the JDK can make it (JEP 483, 514, 515), for a start in a quarter of the time.
# Wants $root, the folder of the repository, and $portcullis_java and $portcullis_main, how the server is run without one.
#
# It is good for these jars, this JDK and these flags alone, so it is made again when one of them changes. To make it, the server is started
# once: on this machine alone, at ports of its own, with nothing kept, and asked what clients ask first. Whatever goes wrong costs the quick
# start and nothing else; then it is tried again only when something has changed.

portcullis_cache=$root/ops/target/portcullis/portcullis.aot

portcullis_cache_key() { # one line that changes when the cache has to
  {
    cat "$JAVA_HOME/release" 2>/dev/null || true
    ls -l "$root/ops/target/portcullis/lib"
    printf '%s\n' "${portcullis_java[@]}" "${portcullis_main[@]}"
  } | cksum
}

portcullis_ask() { # port, method, path, then lines of the head with \r\n at their ends, and what follows it -> the first line of the answer
  local line=''
  exec 4<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf '%s %s HTTP/1.1\r\nHost: localhost:%s\r\n%b' "$2" "$3" "$1" "${4:-\r\n}" >&4
  read -r -t 5 line <&4 || true
  exec 4>&- 4<&-
  printf '%s\n' "$line"
}

portcullis_rehearse() ( # folder for what is in the making -> made.aot in it; a shell of its own, since it changes folder and cleans up
  local_only=(HOST=127.0.0.1 PORT=0 MANAGEMENT_PORT=0 DEV_IDP_PORT=0 STORE=memory:)
  bogus='Authorization: Bearer mcpat.none.none\r\n'
  json='Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: 2\r\n\r\n{}'
  cd "$1" || return 1 # there are no settings in it, and none in the environment
  env -i "PATH=$PATH" "${local_only[@]}" \
    "${portcullis_java[0]}" -XX:AOTCacheOutput=made.aot "${portcullis_java[@]:1}" "${portcullis_main[@]}" >said 2>&1 &
  server=$!
  trap 'kill "$server" 2>/dev/null || true' EXIT
  for ((tries = 0; tries < 300; tries++)); do
    if grep -q '^Stop with' said || ! kill -0 "$server" 2>/dev/null; then
      break
    fi
    sleep 0.1
  done
  port=$(sed -n 's|^ *MCP clients  *http://localhost:\([0-9]*\)/.*|\1|p' said)
  management=$(sed -n 's|^ *health  *http://127.0.0.1:\([0-9]*\)/.*|\1|p' said)
  if [ -z "$port" ] || [ -z "$management" ]; then
    return 1
  fi
  for ((tries = 0; tries < 20; tries++)); do
    portcullis_ask "$port" POST /mcp "$json" || return 1
    portcullis_ask "$port" POST /mcp "$bogus$json" || return 1
    portcullis_ask "$port" GET /.well-known/oauth-protected-resource/mcp || return 1
    portcullis_ask "$port" GET /.well-known/oauth-authorization-server || return 1
    portcullis_ask "$management" GET /health/ready || return 1
  done >answers
  kill "$server"
  wait "$server"
  [ -s made.aot ]
)

portcullis_make_cache() { # -> made anew if it has to be
  local key folder stamp=$portcullis_cache.for
  key=$(portcullis_cache_key)
  if [ "$(cat "$stamp" 2>/dev/null || true)" = "$key" ]; then
    return 0
  fi
  folder=$(mktemp -d "$root/ops/target/portcullis/cache.XXXXXX" 2>/dev/null) || return 0 # a checkout that only can be read
  printf 'Making the cache for a quick start …\n' >&2
  rm -f "$portcullis_cache"
  if portcullis_rehearse "$folder" </dev/null >/dev/null 2>&1; then
    mv -f "$folder/made.aot" "$portcullis_cache"
  else
    printf 'It could not be made; the server starts without, only slower.\n' >&2
  fi
  rm -rf "$folder"
  printf '%s\n' "$key" >"$stamp"
}
