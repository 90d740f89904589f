#!/usr/bin/env bash
# Builds an app that imports logbook, handlers and compat without cgo, and vets all packages,
# for all platforms or for the given ones: "cross.sh windows/amd64". On a further processor of a
# system, only what can depend on the processor is vetted. The packages of SQLite are left out:
# without cgo they take more than a minute for each platform.
set -euo pipefail
cd "$(dirname "$0")/.."

targets=(linux/amd64 linux/arm64 linux/386 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64 windows/386
  freebsd/amd64 freebsd/arm64 freebsd/386 aix/ppc64 js/wasm wasip1/wasm)
[ $# -eq 0 ] || targets=("$@")
for t in "${targets[@]}"; do
  echo "cross: $t"
  export GOOS=${t%/*} GOARCH=${t#*/} CGO_ENABLED=0
  "${GO:-go}" build -o /dev/null ./examples/quickstart
  packages=(./logbook/... ./handlers ./compat ./internal/...)
  case $t in
    aix/ppc64) packages=(./logbook/... ./handlers ./compat) ;; # internal/sqlite has no driver there
    linux/amd64 | darwin/arm64 | windows/amd64 | freebsd/amd64 | js/wasm | wasip1/wasm)
      packages+=(./handlers/... ./redact ./config ./config/all ./config/counter ./queues/...)
      ;;
  esac
  "${GO:-go}" vet "${packages[@]}"
done
