#!/usr/bin/env bash
# Builds the Debian package and the OCI image twice, in different surroundings, compares them,
# and runs the program that is in them.
set -euo pipefail
cd "$(dirname "$0")/.."

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
fail() { echo "test-packages: $*" >&2; exit 1; }

export SOURCE_DATE_EPOCH=1700000000
mkdir "$tmp/a" "$tmp/b"
deb=$(./scripts/deb.sh "$tmp/a")
image=$(./scripts/oci.sh "$tmp/a")
(umask 077 && export TZ=Asia/Tokyo LC_ALL=C.UTF-8 && ./scripts/deb.sh "$tmp/b" && ./scripts/oci.sh "$tmp/b") > /dev/null
for f in "$deb" "$image"; do
  cmp "$f" "$tmp/b/$(basename "$f")" || fail "two builds of $(basename "$f") differ"
done
echo "packages: two builds are equal: $(du -h "$deb" "$image" | cut -f1 | xargs)"

# The Debian package.
dpkg-deb -I "$deb" > "$tmp/info"
grep -q '^ Package: logbook$' "$tmp/info" || fail "dpkg-deb -I: $(cat "$tmp/info")"
dpkg-deb -c "$deb" | awk '{ print $1, $2, $6 }' > "$tmp/files"
for f in '-rwxr-xr-x root/root ./usr/bin/logbook' '-rw-r--r-- root/root ./etc/logbook/collector.ini' \
  '-rw-r--r-- root/root ./usr/lib/systemd/system/logbook-collect.service' \
  '-rw-r--r-- root/root ./usr/share/bash-completion/completions/logbook' \
  '-rw-r--r-- root/root ./usr/share/zsh/vendor-completions/_logbook' \
  '-rw-r--r-- root/root ./usr/share/fish/vendor_completions.d/logbook.fish' \
  '-rw-r--r-- root/root ./usr/share/man/man1/logbook-pipe.1.gz' \
  '-rw-r--r-- root/root ./usr/share/man/man7/logbook-sinks.7.gz' \
  '-rw-r--r-- root/root ./usr/share/doc/logbook/copyright'; do
  grep -qxF -- "$f" "$tmp/files" || fail "the package lacks $f"
done
dpkg-deb -x "$deb" "$tmp/deb"
dpkg-deb -e "$deb" "$tmp/control"
(cd "$tmp/deb" && md5sum --quiet -c "$tmp/control/md5sums")
for script in postinst prerm postrm; do sh -n "$tmp/control/$script"; done
bash -n "$tmp/deb/usr/share/bash-completion/completions/logbook"
grep -q '^ExecStart=/usr/bin/logbook ' "$tmp/deb/usr/lib/systemd/system/logbook-collect.service" || fail "the unit has the wrong path"
[ "$("$tmp/deb/usr/bin/logbook" --version | cut -d' ' -f1)" = logbook ] || fail "the program does not run"
echo 'level=error msg=hello' | "$tmp/deb/usr/bin/logbook" pipe --to json:- | grep -q '"msg":"hello"' || fail "logbook pipe does not work"

# A manual page that mandoc complains about is hardly readable elsewhere. Long lines are
# those of the help texts.
find "$tmp/deb/usr/share/man" -name '*.gz' -exec gunzip {} +
mandoc -Tlint "$tmp"/deb/usr/share/man/*/* | grep -v 'longer than 80 bytes' && fail "see the complaints about manual pages above"
if command -v lintian > /dev/null; then
  # Go programs are linked statically, with the licences of what is in them; and no bug of
  # Debian is closed.
  lintian --allow-root --fail-on error,warning \
    --suppress-tags statically-linked-binary,copyright-file-contains-full-apache-2-license,initial-upload-closes-no-bugs "$deb"
fi

# The image: every blob has the name of its content, and skopeo understands it all.
mkdir "$tmp/image" "$tmp/root"
tar -C "$tmp/image" -xf "$image"
for blob in "$tmp"/image/blobs/sha256/*; do
  [ "$(sha256sum "$blob" | cut -d' ' -f1)" = "$(basename "$blob")" ] || fail "wrong digest: $blob"
done
skopeo inspect --config "oci-archive:$image:logbook:latest" | grep -q '"User": "65532:65532"' || fail "the image runs as root"
skopeo copy --quiet "oci-archive:$image:logbook:latest" "dir:$tmp/copy"
layer=$(skopeo inspect --format '{{index .Layers 0}}' "oci-archive:$image:logbook:latest")
[ "$(tar -tvzf "$tmp/image/blobs/sha256/${layer#sha256:}" | awk '$6 == "var/lib/logbook/" { print $1, $2 }')" = 'drwx------ 65532/65532' ] ||
  fail "the state folder is not the user's"
tar -C "$tmp/root" --no-same-owner -xzf "$tmp/image/blobs/sha256/${layer#sha256:}"
if [ "$(id -u)" = 0 ]; then
  echo 'hello' | chroot --userspec=65532:65532 "$tmp/root" /usr/bin/logbook pipe --to 'json:-' | grep -q '"msg":"hello"' || fail "the program does not run in the image"
fi
echo "packages: passed"
