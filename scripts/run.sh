#!/usr/bin/env bash
# Builds and runs the programs: a web server that logs, an importer that reads the
# server's log and mails failures, `logbook pipe`, which reads logs, and `logbook collect`,
# which takes records of other programs, and is killed meanwhile.
# Usage: run.sh [FOLDER FOR THE FILES]
set -euo pipefail
cd "$(dirname "$0")/.."

dir=${1:-run}
requests=300
mkdir -p "$dir"

echo "== build"
"${GO:-go}" build -o bin/ ./cmd/logbook ./examples/webapp ./examples/importer ./examples/mailserver
ls bin/logbook bin/webapp bin/importer bin/mailserver

echo
echo "== bin/webapp -selfdrive $requests: a server that sends $requests requests to itself"
rm -f "$dir"/tickets.db*
bin/webapp -selfdrive "$requests" -dir "$dir" 2> "$dir/console.txt"

echo
echo "== its console output, the last 12 of $(wc -l < "$dir/console.txt") lines"
tail -n 12 "$dir/console.txt"

echo
echo "== app.log: all records of the requests that failed; here of the first one"
awk '!/^  \|/ { if (id == "") id = $2; show = $2 == id } show' "$dir/app.log"

echo
echo "== records.json through logbook pipe, the last 6 records"
tail -n 6 "$dir/records.json" | bin/logbook pipe

echo
echo "== tickets.db: a ticket for each place where requests failed"
if /usr/bin/python3 -c 'import logbook.ticketing' 2> /dev/null; then
  echo "-- a Python program logs to the same database (Debian's Logbook cannot open SQLite with Debian's SQLAlchemy: patched)"
  /usr/bin/python3 examples/webapp/tickets.py "$dir/tickets.db"
else
  echo "-- a Python program is left out: it needs Logbook and SQLAlchemy (apt-get install python3-logbook python3-sqlalchemy)"
fi
echo "-- logbook tickets list"
bin/logbook tickets list --db "sqlite:$dir/tickets.db"
echo "-- logbook tickets show 1"
bin/logbook tickets show 1 --db "sqlite:$dir/tickets.db"

rm -f "$dir"/import.log*
head -n 20 "$dir/records.json" | head -c -10 > "$dir/cut.json"
echo
echo "== bin/importer imports records.json, and a truncated copy, which fails"
bin/mailserver bin/importer -dir "$dir" "$dir/records.json" "$dir/cut.json" > "$dir/mails.txt" 2> "$dir/importer.txt" ||
  failed=$?
cat "$dir/importer.txt"
[ "${failed-0}" -eq 1 ]

echo
echo "== fingers crossed: problems.log has the debug records of the file that failed only"
cat "$dir/problems.log"

echo
echo "== the mail about it, as received by SMTP with STARTTLS and a verified certificate"
cat "$dir/mails.txt"
grep -q '^mail from .* over TLS' "$dir/mails.txt"

echo
echo "== rotation: import.log has all records, in up to four files of up to 16 KiB"
(cd "$dir" && ls -l --time-style=+ import.log*)
echo "-- import.log.1.gz, its last 3 of $(gzip -dc "$dir/import.log.1.gz" | wc -l) lines"
gzip -dc "$dir/import.log.1.gz" | tail -n 3

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
echo "== examples/distributed: a Go program logs over OTLP, through an agent that is killed, to logbook collect"
examples/distributed/run.sh "$dir/distributed"

if chromium=$(command -v chromium); then
  echo
  echo "== logbook web: the collector's tickets as a page, of which Chromium takes pictures"
  bin/logbook web --db "sqlite:$dir/distributed/tickets.db" --addr 127.0.0.1:0 2> "$dir/web.txt" &
  web=$!
  trap 'kill $web' EXIT
  while ! page=$(grep -so 'http://[^,]*' "$dir/web.txt"); do
    kill -0 $web
    sleep 0.1
  done
  # picture FILE SIZE PATH
  picture() {
    "$chromium" --headless --no-sandbox --user-data-dir="$dir/chromium" --hide-scrollbars \
      --window-size="$2" --screenshot="$dir/$1" "$page$3" > "$dir/chromium.txt" 2>&1
    ls "$dir/$1"
  }
  picture tickets.png 1240,760 ''
  picture ticket.png 1240,1400 tickets/2
  rm -r "$dir/chromium"
  trap - EXIT
  kill $web
  wait $web
else
  echo "Pictures of the page are left out: they need Chromium (apt-get install chromium)."
fi

echo
echo "== files"
for f in app.log records.json worker.log import.log problems.log mails.txt console.txt; do
  printf '%6d lines  %s\n' "$(wc -l < "$dir/$f")" "$dir/$f"
done
