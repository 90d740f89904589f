#!/usr/bin/env bash
# Runs a collector, two producers in Go, and one in Python if its Logbook is installed.
# Usage: run.sh FOLDER. It needs libzmq.
set -euo pipefail
cd "$(dirname "$0")"

dir=$(mkdir -p "$1" && cd "$1" && pwd)
n=100

"${GO:-go}" build -tags zmq -o "$dir/bin/" ../../cmd/logbook ./producer
rm -f "$dir/all.json"
"$dir/bin/logbook" collect --from "zmq-pull:$dir/socket" --to "json:$dir/all.json" \
  --to 'console:-?level=error' > "$dir/collected.txt" 2> "$dir/collector.txt" &
collector=$!
trap 'kill $collector 2> /dev/null || true' EXIT

want=$((2 * (n + 1)))
"$dir/bin/producer" -name orders -to "ipc://$dir/socket" -n $n &
"$dir/bin/producer" -name invoices -to "ipc://$dir/socket" -n $n &
if /usr/bin/python3 -c 'import logbook.queues, zmq' 2> /dev/null; then
  /usr/bin/python3 producer.py "ipc://$dir/socket" $n &
  want=$((3 * (n + 1)))
fi
until [ "$(cat "$dir/all.json" 2> /dev/null | wc -l)" -ge $want ]; do
  kill -0 $collector # it has not ended
  sleep 0.1
done
kill $collector
wait $collector # fails if a record was lost
trap - EXIT
cat "$dir/collected.txt"
tail -n 1 "$dir/collector.txt"
