#!/usr/bin/env bash
# Builds an app that imports logbook, handlers and compat without cgo, for all platforms or
# for the given ones: "cross.sh windows/amd64".
set -euo pipefail
cd "$(dirname "$0")/.."

targets=(linux/amd64 linux/arm64 linux/386 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64 windows/386
  freebsd/amd64 freebsd/arm64 freebsd/386 js/wasm wasip1/wasm)
[ $# -eq 0 ] || targets=("$@")
for t in "${targets[@]}"; do
  echo "cross: $t"
  export GOOS=${t%/*} GOARCH=${t#*/} CGO_ENABLED=0
  "${GO:-go}" build -o /dev/null ./examples/quickstart
  "${GO:-go}" vet ./logbook/... ./handlers/... ./redact ./compat ./config/... ./queues/... ./internal/...
done
