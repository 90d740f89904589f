#!/usr/bin/env bash
# Prints the licences of logbook and of everything that is linked into it, for packages.
set -euo pipefail
cd "$(dirname "$0")/.."

go=${GO:-go}
echo "Logbook for Go, https://github.com/logbook-go/logbook"
echo
cat LICENSE

section() { # NAME FOLDER
  local found=0 f
  for f in "$2"/LICENSE* "$2"/LICENCE* "$2"/COPYING* "$2"/NOTICE*; do
    [ -f "$f" ] || continue
    printf '\n%s\n\n' "---- $1, $(basename "$f")"
    cat "$f"
    found=1
  done
  [ $found = 1 ] || { echo "licenses: $1 has no licence" >&2; exit 1; }
}

section "the Go programming language" "$("$go" env GOROOT)"
"$go" list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}	{{.Dir}}{{end}}{{end}}' ./cmd/logbook |
  LC_ALL=C sort -u | while IFS=$'\t' read -r name dir; do section "$name" "$dir"; done
