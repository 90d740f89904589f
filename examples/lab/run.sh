#!/usr/bin/env bash
# Runs the daemon of a simulated cryostat, its database and an alarm daemon for half a minute.
# Meanwhile the database crashes, the cryostat becomes too warm, and the daemon is killed; at
# the end each point that was acknowledged must be in the database exactly once.
#
# The database is that of the variable LAB_DATABASE, a URL of PostgreSQL, which does not crash
# then; or else a private server, if PostgreSQL is installed; or else an SQLite file.
# Usage: run.sh [FOLDER FOR THE FILES]
set -euo pipefail
dir=$(mkdir -p "${1:-run/lab}" && cd "${1:-run/lab}" && pwd)
bin=$dir/bin
cd "$(dirname "$0")"

# First the programs are built. Then the script runs itself again, beside a mail server, which
# prints the mails at the end.
if [ -z "${MAIL_SERVER-}" ]; then
  echo "== build"
  "${GO:-go}" build -o "$bin/" ../../cmd/logbook ../mailserver ./cryostat ./alarmd
  "$bin/mailserver" "./$(basename "$0")" "$dir" | tee "$dir/output.txt"
  grep -q '^mail from cryostat@example.com .* over TLS' "$dir/output.txt"
  exit
fi

rm -rf "$dir"/*.spool "$dir"/*.db* "$dir"/{acknowledged,alarms,console}.txt "$dir"/*.log
server='' # the folder of the private server
daemon='' alarms='' # process ids

# shellcheck disable=SC2329 # called by trap
clean_up() {
  for p in $daemon $alarms; do kill -9 "$p" 2> /dev/null || true; done
  if [ -n "$server" ]; then
    pg stop -m immediate > /dev/null 2>&1 || true
    rm -rf "$server"
  fi
}
trap clean_up EXIT
export XDG_RUNTIME_DIR=$dir # of the PID files

# free_port prints a port on which nobody listens.
free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)) && (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
  echo "$port"
}

# await runs a command until it succeeds, for up to half a minute.
await() {
  local i
  for ((i = 0; i < 300; i++)); do
    if "$@"; then return; fi
    sleep 0.1
  done
  echo "timed out: $*" >&2
  return 1
}

# as_postgres runs a command as a user that PostgreSQL accepts, which root is not.
as_postgres() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

pg() { as_postgres "$programs/pg_ctl" -D "$server/data" -l "$server/log" -w -o "-k '$server' -c listen_addresses=''" "$@"; }

# start_server starts a private server, if there is one to start.
start_server() {
  programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  [ -x "$programs/initdb" ] || return 1
  if [ "$(id -u)" = 0 ]; then id postgres > /dev/null 2>&1 || return 1; fi
  server=$(mktemp -d)
  if [ "$(id -u)" = 0 ]; then chown postgres "$server"; fi
  as_postgres "$programs/initdb" -D "$server/data" -U postgres -A trust -E UTF8 --locale C > /dev/null &&
    pg start > /dev/null || exit 1
  export LAB_DATABASE="postgres://postgres@/postgres?host=$server"
}

# call sends a command to the daemon and prints both.
call() {
  echo "\$ logbook daemon call localhost:$port $*"
  "$bin/logbook" daemon call "localhost:$port" "$@" 2>&1 | sed 's/^/  /'
}

# status prints a line of the daemon's status.
status() { "$bin/logbook" daemon call "localhost:$port" status 2> /dev/null | grep "^$1" | grep -o '[0-9]*$'; }

serves() { status points_stored > /dev/null; }
stored() { [ "$(status points_stored)" -ge "$1" ]; }
waiting() { [ "$(status points_waiting)" -ge "$1" ]; }
caught_up() { [ "$(status points_waiting)" -lt 30 ]; }
logged() { grep -q "$2" "$dir/$1" 2> /dev/null; }

start_daemon() {
  "$bin/cryostat" -dir "$dir" -log "$dir/cryostat.ini" -listen "tcp://127.0.0.1:$port" 2>> "$dir/console.txt" &
  daemon=$!
  await serves
}

say() { printf '\n== %s\n' "$*"; }

if [ -n "${LAB_DATABASE-}" ]; then
  say "the database of LAB_DATABASE"
elif start_server; then
  say "a private server of PostgreSQL: $("$programs/postgres" --version)"
else
  say "no PostgreSQL is installed (apt-get install postgresql): the points go to an SQLite file, which does not crash"
fi

port=$(free_port) alarm_port=$(free_port)
cat > "$dir/cryostat.ini" << END
[ConsoleLogger]
active = 1

[FileLogger]
active = 1
log_path = $dir
log_basename = cryostat
log_extension = .log

[sink alarm]
uri = alarm://localhost:$alarm_port?command=alarm&level=error&spool=$dir/alarm.spool

[sink mail]
uri = smtp://$MAIL_SERVER?tls=starttls&from=cryostat@example.com&to=anna@example.com&level=error&spool=$dir/mail.spool

[sink tickets]
uri = sqlite:$dir/tickets.db?level=error
END
say "the daemon and the alarm daemon start; the log is set up by"
sed "s|$dir/||; s/^/  /" "$dir/cryostat.ini"
"$bin/alarmd" "tcp://127.0.0.1:$alarm_port" 2> "$dir/alarms.txt" &
alarms=$!
start_daemon
await stored 100

say "commands over TCP"
call status
call set 4K 4.2
call set 4K 4000 || true
call set 5K 4 | head -n 2 || true # without the help

if [ -n "$server" ]; then
  say "the database crashes: points wait on the disk"
  pg stop -m immediate > /dev/null
  await waiting 300
  call status
fi

say "the 4 K stage becomes too warm"
call set 4K 7
await logged console.txt '4K is too warm'
await logged alarms.txt '4K is too warm'
call set 4K 3.8
await logged console.txt '4K is cold again'

say "kill -9 ends the daemon, and it starts again"
{ kill -9 "$daemon" && wait "$daemon"; } 2> /dev/null || true
start_daemon
call status

if [ -n "$server" ]; then
  say "the database is back"
  pg start > /dev/null
fi
await stored 150
await caught_up
call status

say "the end"
call quit
wait "$daemon"
daemon=''
"$bin/logbook" daemon call "localhost:$alarm_port" quit > /dev/null
wait "$alarms"
alarms=''

say "the daemon's console"
cat "$dir/console.txt"
say "the alarm daemon's console"
cat "$dir/alarms.txt"
say "the errors are tickets"
"$bin/logbook" tickets list --db "sqlite:$dir/tickets.db"
if [ -n "$server" ]; then
  say "averages over 10 s, from the view cryostat_10s"
  as_postgres "$programs/psql" -X -h "$server" -U postgres -c 'SELECT time, round("40K_avg"::numeric, 3) "40K", round("4K_avg"::numeric, 3) "4K", round("still_avg"::numeric, 4) still FROM cryostat_10s ORDER BY time'
fi
say "is each acknowledged point in the database exactly once?"
"$bin/cryostat" -dir "$dir" -check
say "the mail about the alarm"
