#!/usr/bin/env bash
# Runs a collector with a spool, which is killed and started again, two producers in Go, and,
# if its Logbook is installed, one in Python over ZeroMQ. Counts what has arrived.
# Usage: run.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")"

dir=$(mkdir -p "$1" && cd "$1" && pwd)
n=100
address=127.0.0.1:$((20000 + RANDOM % 10000))

tags=
if pkg-config --exists libzmq 2> /dev/null; then tags=zmq; fi
"${GO:-go}" build -tags "$tags" -o "$dir/bin/" ../../cmd/logbook ./producer
rm -rf "$dir/all.json" "$dir/spool" "$dir"/*-spool

from=(--from "otlp://$address")
python=
if [ -n "$tags" ] && /usr/bin/python3 -c 'import logbook.queues, zmq' 2> /dev/null; then
  python=yes
  from+=(--from "zmq-pull:$dir/socket")
fi
collect() {
  "$dir/bin/logbook" collect "${from[@]}" --spool "$dir/spool" --to "json:$dir/all.json" \
    --to 'console:-?level=error' >> "$dir/collected.txt" 2>> "$dir/collector.txt" &
  collector=$!
  until (echo > "/dev/tcp/${address/:/\/}") 2> /dev/null; do # until it listens
    kill -0 $collector
    sleep 0.1
  done
}
arrived() { cat "$dir/all.json" 2> /dev/null | sort -u | wc -l; } # each once
wait_for() {
  until [ "$(arrived)" -ge "$1" ]; do
    kill -0 $collector # it has not ended
    sleep 0.1
  done
}
produce() { "$dir/bin/producer" -name "$1" -to "otlp://$address" -spool "$dir/$1-spool" -n "$2"; }

: > "$dir/collected.txt"
trap 'kill $collector 2> /dev/null || true' EXIT
collect
want=$((n + 1))
produce orders $n
wait_for $want

kill -9 $collector
{ wait $collector; } 2> /dev/null || true
produce invoices $n # nobody is there
collect
produce invoices 0 # sends what is left
want=$((want + n + 1))
if [ -n "$python" ]; then
  /usr/bin/python3 producer.py "ipc://$dir/socket" $n
  want=$((want + n + 1))
fi
wait_for $want
kill $collector
wait $collector # fails if a record was lost
trap - EXIT
cat "$dir/collected.txt"
tail -n 1 "$dir/collector.txt"
echo "$(arrived) of $want records arrived"
