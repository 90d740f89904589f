#!/usr/bin/env bash
# Builds a Debian package of logbook from this tree, for the processor of this machine, and
# prints its path: the static program, its manual pages and completions, and the collector's
# units and configuration. Two builds of a commit are the same, byte for byte.
# Usage: deb.sh [FOLDER FOR THE PACKAGE]
set -euo pipefail
out=$(realpath "${1:-.}")
cd "$(dirname "$0")/.."

export CGO_ENABLED=0 LC_ALL=C TZ=UTC
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
maintainer=${MAINTAINER:-the Logbook for Go authors <logbook-go@users.noreply.github.com>}
umask 022

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
root=$tmp/root

mkdir -p "$root"
DESTDIR=$root PREFIX=/usr ZSHDIR=/usr/share/zsh/vendor-completions ./scripts/install.sh
find "$root/usr/share/man" -type f -exec gzip -9n {} +

install -D -m 644 deploy/collector.ini "$root/etc/logbook/collector.ini"
for unit in deploy/systemd/*; do
  install -D -m 644 "$unit" "$root/usr/lib/systemd/system/$(basename "$unit")"
done
sed -i 's,/usr/local/bin/logbook,/usr/bin/logbook,' "$root"/usr/lib/systemd/system/*.service

# v1.2.3-rc.1 comes before v1.2.3, and a build that is not of a release before all of them.
version=$("$root/usr/bin/logbook" version | cut -d' ' -f2 | sed 's/^v//; s/^(.*)$/0~devel/; s/-/~/g')-1
arch=$(dpkg --print-architecture)

doc=$root/usr/share/doc/logbook
mkdir -p "$doc" "$root/DEBIAN"
./scripts/licenses.sh > "$doc/copyright"
gzip -9nc CHANGELOG.md > "$doc/changelog.gz"
gzip -9nc > "$doc/changelog.Debian.gz" <<EOF
logbook ($version) unstable; urgency=medium

  * Built from the tree by scripts/deb.sh. See changelog.gz.

 -- $maintainer  $(date -R -d "@$SOURCE_DATE_EPOCH")
EOF

cat > "$root/DEBIAN/control" <<EOF
Package: logbook
Version: $version
Architecture: $arch
Maintainer: $maintainer
Installed-Size: $(find "$root" -type f -printf '%s\n' | awk '{ n += $1 } END { print int(n / 1024) + 1 }')
Recommends: ca-certificates
Section: admin
Priority: optional
Homepage: https://github.com/logbook-go/logbook
Description: read, convert and route logs
 Logbook reads the logs of other programs, converts them, and writes their
 records to files, syslog, mail, databases and other sinks.
 .
 As a collector it receives records over OTLP, sockets and other transports,
 and keeps them on the disk until its sinks have them. The unit
 logbook-collect.service runs it; it is not started by the installation.
EOF
echo /etc/logbook/collector.ini > "$root/DEBIAN/conffiles"

# An upgrade restarts a collector that runs, and a removal stops it.
script() { # NAME
  { echo '#!/bin/sh'; echo 'set -e'; cat; } > "$root/DEBIAN/$1"
  chmod 755 "$root/DEBIAN/$1"
}
script postinst <<'EOF'
if [ "$1" = configure ] && [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
  if [ -n "$2" ]; then
    deb-systemd-invoke try-restart logbook-collect.service >/dev/null || true
  fi
fi
EOF
script prerm <<'EOF'
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  deb-systemd-invoke stop logbook-collect.socket logbook-collect.service >/dev/null || true
fi
EOF
script postrm <<'EOF'
if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
fi
EOF
(cd "$root" && find etc usr -type f | sort | xargs -d '\n' md5sum > DEBIAN/md5sums)

package=$out/logbook_${version}_$arch.deb
dpkg-deb --root-owner-group -Zxz -z1 --threads-max=1 --build "$root" "$package" > "$tmp/log" || { cat "$tmp/log" >&2; exit 1; }
echo "$package"
