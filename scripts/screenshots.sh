#!/usr/bin/env bash
# Takes the pictures of docs/images: of a program in a terminal, and of sample tickets in
# Chromium.
set -euo pipefail

cd "$(dirname "$0")/.."
mkdir -p docs/images
"${GO:-go}" build -trimpath -o bin/ ./examples/programs/console
script --quiet --return --command 'stty cols 100; env -u NO_COLOR TERM=xterm bin/console' /dev/null |
  "${GO:-go}" run ./examples/internal/picture -command 'go run ./examples/programs/console' docs/images/console

scripts/deps.sh chromium fonts-inter fonts-jetbrains-mono
cd integration/web
"${GO:-go}" test -count 1 -run TestScreenshots . -args -screenshots ../../docs/images
