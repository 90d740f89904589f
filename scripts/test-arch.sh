#!/usr/bin/env bash
# Runs the tests for another architecture: "test-arch.sh 386". If the kernel cannot run its
# programs, it only builds and vets the tests.
set -euo pipefail
cd "$(dirname "$0")/.."

export GOARCH=$1 CGO_ENABLED=0
go=${GO:-go}
packages=(./logbook/... ./internal/... ./handlers ./compat ./config)

probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
printf 'package main\n\nfunc main() {}\n' >"$probe/main.go"
"$go" build -o "$probe/main" "$probe/main.go"
if ("$probe/main") 2>/dev/null; then
  "$go" test "${packages[@]}"
else
  "$go" vet "${packages[@]}"
  "$go" test -c -o /dev/null "${packages[@]}"
  echo "$GOARCH: built and vetted; the tests did not run, since this kernel cannot run $GOARCH programs"
fi
