#!/usr/bin/env bash
# Builds logbook and installs it below PREFIX, by default /usr/local, with its manual pages
# and the completions of bash, zsh and fish. DESTDIR is put before all paths, for packages;
# ZSHDIR is the folder of zsh's completions.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=${PREFIX:-/usr/local}
root=${DESTDIR:-}
umask 022

"${GO:-go}" build -trimpath -ldflags=-s -o "$root$prefix/bin/logbook" ./cmd/logbook

mkdir -p "$root$prefix/share/man"
"$root$prefix/bin/logbook" man "$root$prefix/share/man"

complete() { # SHELL FILE
  mkdir -p "$(dirname "$root$2")"
  "$root$prefix/bin/logbook" completion "$1" > "$root$2"
}
complete bash "$prefix/share/bash-completion/completions/logbook"
complete zsh "${ZSHDIR:-$prefix/share/zsh/site-functions}/_logbook"
complete fish "$prefix/share/fish/vendor_completions.d/logbook.fish"
