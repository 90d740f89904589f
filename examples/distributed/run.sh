#!/usr/bin/env bash
# Runs programs whose records go to an agent on their machine, and from there to a collector.
# The agent is killed and started again meanwhile, and what arrives is counted. Then
# examples/webapp sends the records of its requests to the agent. Python's Logbook
# takes part over ZeroMQ, and OpenTelemetry's SDK for JavaScript, where they can be installed.
# Usage: run.sh FOLDER
set -euo pipefail
dir=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")"

rm -rf "$dir"/*.spool "$dir"/*.txt "$dir/all.json" "$dir"/tickets.db* "$dir/webapp"

# free_port prints a port on which nobody listens.
free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)) && listening "$port"; do :; done
  echo "$port"
}

listening() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

# await runs a command until it succeeds, for up to a minute.
await() {
  local i
  for ((i = 0; i < 600; i++)); do
    if "$@"; then return; fi
    sleep 0.1
  done
  echo "timed out: $*" >&2
  return 1
}

# arrived CHANNEL COUNT reports whether this many records are in all.json.
arrived() { [ "$(cat "$dir/all.json" 2> /dev/null | grep -c "\"channel\":\"$1\"")" -ge "$2" ]; }

# spooled ARGUMENTS... prints the records in the program's spool, one on a line.
spooled() { "$dir/bin/logbook" spool cat "$dir/orders.spool" "$@" 2> /dev/null; }

has_order() { [[ $(spooled) == *"order $1 is paid"* ]]; }

# program CHANNEL COUNT COMMAND... starts a program that logs COUNT records.
programs=() sent=()
program() {
  sent+=("$1 $2")
  "${@:3}" &
  programs+=($!)
}

start_agent() {
  "$dir/bin/logbook" collect --from "otlp://127.0.0.1:$near" "${zmq[@]}" \
    --spool "$dir/agent.spool" --to "otlp://127.0.0.1:$far" 2>> "$dir/agent.txt" 4>&- &
  agent=$!
}

# javascript installs the SDK of OpenTelemetry, unless it is there.
javascript() {
  command -v node > /dev/null && command -v npm > /dev/null || return 1
  mkdir -p "$dir/javascript"
  cp javascript/* "$dir/javascript/"
  [ -d "$dir/javascript/node_modules" ] || (cd "$dir/javascript" && timeout 60 npm ci --silent --fetch-retries=0 > /dev/null 2>&1)
}

tags=() zmq=()
if pkg-config --exists libzmq 2> /dev/null && /usr/bin/python3 -c 'import logbook.queues, zmq' 2> /dev/null; then
  tags=(-tags zmq) zmq=(--from "zmq-pull:$dir/socket")
fi
"${GO:-go}" build "${tags[@]}" -o "$dir/bin/" ../../cmd/logbook ../webapp ./producer

near=$(free_port) far=$(free_port)
"$dir/bin/logbook" collect --from "otlp://127.0.0.1:$far" --spool "$dir/collector.spool" \
  --to "json:$dir/all.json" --to "sqlite:$dir/tickets.db?level=error" --to 'console:-?level=error' > "$dir/collected.txt" 2> "$dir/collector.txt" &
collector=$!
start_agent
trap 'kill -9 $collector $agent ${programs[@]} 2> /dev/null || true' EXIT

exec 4> >(exec "$dir/bin/producer" -name orders -to "otlp://127.0.0.1:$near" -spool "$dir/orders.spool")
programs=($!) sent=("orders 1001")
seq 1 400 >&4
await arrived orders 1
kill -9 $agent
wait $agent 2> /dev/null || true
echo "The program orders has logged 400 records, and the first have arrived. Now kill -9 ends the agent."
seq 401 700 >&4
await has_order 700
echo "The program has logged 300 more. In its spool, $(spooled --cursor handler | wc -l) records wait for the agent, which starts again."
start_agent
seq 701 1000 >&4
await listening "$near"
exec 4>&-

"$dir/bin/webapp" -selfdrive 300 -dir "$dir/webapp" -collector "otlp://127.0.0.1:$near" > "$dir/webapp.txt" 2>&1
sent+=("webapp $(grep -c '"channel":"webapp"' "$dir/webapp/records.json")")

if [ ${#zmq[@]} -gt 0 ]; then
  program python 101 /usr/bin/python3 producer.py "ipc://$dir/socket" 100
else
  echo "Python is left out: it needs libzmq and Logbook (apt-get install libzmq3-dev pkg-config python3-logbook python3-zmq)."
fi
if javascript; then
  program javascript 101 node "$dir/javascript/producer.js" "http://127.0.0.1:$near/v1/logs" 100
else
  echo "JavaScript is left out: it needs node, and npm with a registry."
fi

for p in "${programs[@]}"; do wait "$p"; done
echo
printf '%10s %8s %8s %6s\n' program sent received twice
for p in "${sent[@]}"; do
  read -r channel count <<< "$p"
  await arrived "$channel" "$count"
  grep "\"channel\":\"$channel\"" "$dir/all.json" > "$dir/$channel.txt"
  lines=$(wc -l < "$dir/$channel.txt") once=$(sort -u "$dir/$channel.txt" | wc -l)
  printf '%10s %8d %8d %6d\n' "$channel" "$count" "$once" $((lines - once))
  [ "$once" -eq "$count" ] && [ "$lines" -eq "$count" ]
done
echo

kill $agent $collector
wait $agent $collector # fails if a record was lost
trap - EXIT
grep --no-group-separator -A 8 ' the last one failed' "$dir/collected.txt"
echo
echo "The collector has made tickets of the errors:"
"$dir/bin/logbook" tickets list --db "sqlite:$dir/tickets.db"
tail -qn 1 "$dir/collector.txt"
