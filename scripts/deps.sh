#!/usr/bin/env bash
# Installs the Debian packages that the tests need, and any others given as arguments,
# unless they are installed.
set -euo pipefail

packages=(gcc libc6-dev git python3-logbook python3-sqlalchemy python3-zmq python3-redis python3-kombu libzmq3-dev pkg-config rsyslog rsyslog-gnutls redis-tools postgresql dbus-daemon systemd "$@")

missing=()
for p in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "deps: nothing missing"
  exit 0
fi
echo "deps: installing ${missing[*]}"
sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
"${sudo[@]}" apt-get update -qq
# Tests run PostgreSQL themselves: without this, the package would run it for the system.
"${sudo[@]}" mkdir -p /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' | "${sudo[@]}" tee /etc/postgresql-common/createcluster.d/logbook.conf >/dev/null
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
