#!/usr/bin/env bash
# Runs the tests with another Go release, "test-next.sh go1.27.3", if the module proxy has
# it.
set -euo pipefail
cd "$(dirname "$0")/.."

export GOTOOLCHAIN=$1
if ! reason=$("${GO:-go}" version 2>&1); then
  echo "$1: the tests did not run, since the toolchain is not available: $(tail -n 1 <<<"$reason")"
  exit 0
fi
"${GO:-go}" version
"${GO:-go}" test ./...
