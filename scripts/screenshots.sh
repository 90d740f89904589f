#!/usr/bin/env bash
# Takes the pictures of docs/images, with sample tickets in Chromium.
set -euo pipefail

cd "$(dirname "$0")/.."
scripts/deps.sh chromium fonts-inter fonts-jetbrains-mono
mkdir -p docs/images
cd integration/web
"${GO:-go}" test -count 1 -run TestScreenshots . -args -screenshots ../../docs/images
