# shellcheck shell=bash
# What every script in dev/ shares: where things are, how to speak, how to fetch a pinned package.
# Sourced, never run.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${VERBATIM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/verbatim}
VENV=$ROOT/.build-dev/python
KAFKA_VENV=$ROOT/.build-dev/kafka
GATEWAY_VENV=$ROOT/.build-dev/gateway
EXPORTS_VENV=$ROOT/.build-dev/exports
PEERS_VENV=$ROOT/.build-dev/peers

# Talk goes to stderr: stdout is for what a caller reads.
say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

sha256_of() { sha256sum "$1" | cut -d' ' -f1; }

# fetch_wheel NAME VERSION FILE SHA256: prints the path of the cached, checked wheel.
# `pip download` only: nothing of the package is ever installed or run by pip.
fetch_wheel() {
  local name=$1 version=$2 file=$3 sum=$4 scratch
  local kept=$CACHE/wheels/$file
  if [[ -f $kept && $(sha256_of "$kept") == "$sum" ]]; then
    printf '%s\n' "$kept"
    return 0
  fi
  mkdir -p "$CACHE/wheels"
  scratch=$(mktemp -d "$CACHE/wheels/fetch.XXXXXX")
  say "getting $name $version (once; kept in $CACHE)"
  if ! python3 -m pip download --quiet --no-deps --only-binary :all: --no-cache-dir \
    --disable-pip-version-check --dest "$scratch" "$name==$version" >"$scratch/log" 2>&1; then
    say "cannot get $name $version: $(grep -m1 -i error "$scratch/log" || echo 'see pip')"
    rm -rf "$scratch"
    return 1
  fi
  if [[ ! -f $scratch/$file || $(sha256_of "$scratch/$file") != "$sum" ]]; then
    say "$name $version is not the file we know ($file, sha256 $sum): not used"
    rm -rf "$scratch"
    return 1
  fi
  mv -f "$scratch/$file" "$kept"
  rm -rf "$scratch"
  printf '%s\n' "$kept"
}

# unpack_wheel WHEEL DIRECTORY: unpacked once; a half-unpacked directory never stands in its place.
unpack_wheel() {
  local wheel=$1 into=$2 scratch
  [[ -d $into ]] && return 0
  mkdir -p "$(dirname "$into")"
  scratch=$(mktemp -d "$into.XXXXXX")
  if ! unzip -q "$wheel" -d "$scratch"; then
    rm -rf "$scratch"
    return 1
  fi
  chmod 755 "$scratch"
  mv -T "$scratch" "$into" 2>/dev/null || rm -rf "$scratch" # another run was first
}

# A TCP port of the loopback that nobody listens on now.
free_port() {
  python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# listening PORT: somebody accepts connections on 127.0.0.1:PORT.
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
