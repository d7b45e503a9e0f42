#!/usr/bin/env bash
# Installs what only the system's package manager has, where this user may; names it in one sentence otherwise.
#
#   ops/system.sh build    a C compiler and Rust, for the plane
#   ops/system.sh test     that, two browsers, GStreamer, FFmpeg, Node.js, iproute2, nftables, PostgreSQL, proxies, TURN and Prometheus
#   ops/system.sh ops      what reads the shipped examples: nginx, Caddy, Prometheus
#   ops/system.sh machine  what boots a bare Debian in a container
#   ops/system.sh bench    a compiler, Rust, OpenSSL's headers, iproute2 and Janus, for the benchmark
#
# Knows Debian and its relatives (apt-get). Asks nothing and prints nothing when everything is there.
set -euo pipefail

rust_needed=1.88   # rust-version in node/plane/Cargo.toml

need=${1:-build}
case $need in
  build | test | bench | ops | machine) ;;
  *) echo "usage: ops/system.sh build|test|bench|ops|machine" >&2; exit 2 ;;
esac

older() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" != "$2" ]; }
has() { command -v "$1" >/dev/null 2>&1; }

rust_version() { cargo --version 2>/dev/null | cut -d' ' -f2; }
rust_missing() { ! has cargo || ! has rustc || older "$(rust_version)" "$rust_needed"; }

# Debian keeps an old `cargo` for its own packages and a current one, built for the browsers, as `cargo-web`.
rust_packages() {
  local candidate
  candidate=$(apt-cache policy cargo 2>/dev/null | sed -n 's/.*Candidate: //p')
  if [ -n "$candidate" ] && [ "$candidate" != "(none)" ] && ! older "${candidate%%[+-]*}" "$rust_needed"; then
    echo cargo rustc rustfmt rust-clippy
  else
    echo cargo-web rustc-web rustfmt-web rust-web-clippy
  fi
}

missing=()
has cc || missing+=(gcc libc6-dev)
has python3 || missing+=(python3)
python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
if [ "$need" = test ]; then
  { has chromium || has chromium-browser || has google-chrome; } || missing+=(chromium)
  { has firefox-esr || has firefox; } || missing+=(firefox-esr)
  { has node && has npm; } || missing+=(nodejs npm)
  has ip || missing+=(iproute2)
  has nft || missing+=(nftables)  # makes a network lose, or refuse UDP
  has strace || missing+=(strace)  # makes a disk slow
  has turnserver || missing+=(coturn)
  { has ffmpeg && has ffprobe; } || missing+=(ffmpeg)  # reads the files of recordings as others do
  { has promtool && has prometheus; } || missing+=(prometheus)
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
  { has nginx || [ -x /usr/sbin/nginx ]; } || missing+=(nginx-light)
  has caddy || missing+=(caddy)
  has openssl || missing+=(openssl)
  # GStreamer's WebRTC, as an encoder and a player that are nobody's browser
  /usr/bin/python3 -c 'import gi; gi.require_version("GstWebRTC", "1.0")' 2>/dev/null && [ -n "$(find /usr/lib -name libgstnice.so -print -quit)" ] \
    || missing+=(python3-gi gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-{base,good,bad,ugly} gstreamer1.0-nice)
fi
if [ "$need" = ops ]; then
  { has nginx || [ -x /usr/sbin/nginx ]; } || missing+=(nginx-light)
  has caddy || missing+=(caddy)
  has promtool || missing+=(prometheus)
  has openssl || missing+=(openssl)
  { has node && has npx; } || missing+=(nodejs npm)  # the linter of compose
elif [ "$need" = machine ]; then
  has mmdebstrap || missing+=(mmdebstrap)
  has systemd-nspawn || missing+=(systemd-container)
elif [ "$need" != build ]; then
  pkg-config --exists openssl 2>/dev/null || missing+=(libssl-dev pkg-config)  # what the benchmark compares with
fi
if [ "$need" = bench ]; then
  has ip || missing+=(iproute2)
  # Where there is no package of it, the benchmark does without.
  has janus || { apt-cache show janus >/dev/null 2>&1 && missing+=(janus); } || true
fi
rust=no
rust_missing && rust=yes
if [ "$need" = test ] && ! { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1; then rust=yes; fi

[ ${#missing[@]} -eq 0 ] && [ $rust = no ] && exit 0

root=()
if [ "$(id -u)" -ne 0 ]; then
  if has sudo && sudo -n true 2>/dev/null; then root=(sudo -n); else root=(none); fi
fi

if ! has apt-get; then
  [ $rust = yes ] && missing+=("Rust $rust_needed or newer")
  echo "Régie needs ${missing[*]}: install them with this system's package manager, then run the same command again." >&2
  exit 1
fi
if [ "${root[0]:-}" = none ]; then
  [ $rust = yes ] && missing+=("$(rust_packages)")
  echo "Régie needs ${missing[*]}: run 'sudo apt-get install ${missing[*]}', then the same command again." >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
echo "Asking the system's package manager for: ${missing[*]} $([ $rust = yes ] && echo Rust) …"
"${root[@]}" apt-get update -qq
# shellcheck disable=SC2046,SC2207
[ $rust = no ] || missing+=($(rust_packages))
"${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
hash -r
if rust_missing; then
  echo "Régie needs Rust $rust_needed or newer; found: $(rust_version || echo none). Install it as https://rustup.rs says, then run the same command again." >&2
  exit 1
fi
