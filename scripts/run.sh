#!/usr/bin/env bash
# Builds the programs and shows them at work: a web server that logs, and
# `logbook pipe` as a reader of logs. Usage: run.sh [FOLDER FOR THE FILES]
set -euo pipefail
cd "$(dirname "$0")/.."

dir=${1:-run}
requests=300
mkdir -p "$dir"

echo "== build"
"${GO:-go}" build -o bin/ ./cmd/logbook ./examples/webapp
ls bin/logbook bin/webapp

echo
echo "== bin/webapp -selfdrive $requests: a server that sends $requests requests to itself"
bin/webapp -selfdrive "$requests" -dir "$dir" 2> "$dir/console.txt"

echo
echo "== what its console showed, the last 12 of $(wc -l < "$dir/console.txt") lines"
tail -n 12 "$dir/console.txt"

echo
echo "== app.log: all records of the requests that failed; the first of them"
awk '!/^  \|/ { if (id == "") id = $2; show = $2 == id } show' "$dir/app.log"

echo
echo "== records.json through logbook pipe, the last 6 records"
tail -n 6 "$dir/records.json" | bin/logbook pipe

log=examples/testdata/system.log
for f in /var/log/syslog /var/log/messages /var/log/dpkg.log; do
  if [ -r "$f" ] && [ -s "$f" ]; then
    log=$f
    break
  fi
done
echo
echo "== $log through logbook pipe, the last 40 lines"
tail -n 40 "$log" | bin/logbook pipe --channel "$(basename "$log")"

echo
echo "== files"
for f in app.log records.json worker.log console.txt; do
  printf '%6d lines  %s\n' "$(wc -l < "$dir/$f")" "$dir/$f"
done
