#!/usr/bin/env bash
# Builds an OCI image of the collector from this tree, for the processor of this machine,
# without a container engine, and prints its path: a tarball with an OCI layout. The image
# has the static program, the time zones of this Go release, and the certificates of this
# machine, and runs without root. Two builds of a commit on one machine are the same, byte for byte.
# Usage: oci.sh [FOLDER FOR THE IMAGE]
set -euo pipefail
out=$(realpath "${1:-.}")
cd "$(dirname "$0")/.."

export CGO_ENABLED=0 LC_ALL=C TZ=UTC
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
certificates=${CERTIFICATES:-/etc/ssl/certs/ca-certificates.crt}
user=65532
umask 022

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
root=$tmp/root
image=$tmp/image
arch=$("${GO:-go}" env GOARCH)

"${GO:-go}" build -trimpath -ldflags=-s -o "$root/usr/bin/logbook" ./cmd/logbook
version=$("$root/usr/bin/logbook" version | cut -d' ' -f2)
mkdir -p "$root/tmp" "$root/var/lib/logbook" "$root/usr/share/doc/logbook"
chmod 1777 "$root/tmp"
chmod 700 "$root/var/lib/logbook"
./scripts/licenses.sh > "$root/usr/share/doc/logbook/copyright"
install -D -m 644 "$("${GO:-go}" env GOROOT)/lib/time/zoneinfo.zip" "$root/usr/share/zoneinfo.zip"
install -D -m 644 "$certificates" "$root/etc/ssl/certs/ca-certificates.crt"
echo "logbook:x:$user:$user::/var/lib/logbook:/sbin/nologin" > "$root/etc/passwd"
echo "logbook:x:$user:" > "$root/etc/group"

pack() { # FOLDER TAR-OPTION...
  tar -C "$1" --format=ustar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --numeric-owner "${@:2}"
}
layer=$tmp/layer.tar
pack "$root" --owner=0 --group=0 --exclude=var/lib/logbook -cf "$layer" etc tmp usr var
pack "$root" --owner=$user --group=$user -rf "$layer" var/lib/logbook
diff_id=$(sha256sum "$layer" | cut -d' ' -f1)
gzip -9n "$layer"

mkdir -p "$image/blobs/sha256"
blob() { # MEDIA-TYPE FILE: stores a file and prints its descriptor
  local digest
  digest=$(sha256sum "$2" | cut -d' ' -f1)
  cp "$2" "$image/blobs/sha256/$digest"
  printf '"mediaType": "%s", "digest": "sha256:%s", "size": %d' "$1" "$digest" "$(stat -c %s "$2")"
}
type=application/vnd.oci.image

cat > "$tmp/config" <<EOF
{
  "created": "$(date -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)",
  "architecture": "$arch",
  "os": "linux",
  "config": {
    "User": "$user:$user",
    "ExposedPorts": {"4318/tcp": {}, "9464/tcp": {}},
    "Env": ["PATH=/usr/bin", "ZONEINFO=/usr/share/zoneinfo.zip"],
    "Entrypoint": ["/usr/bin/logbook"],
    "Cmd": ["collect", "--from", "otlp://0.0.0.0:4318?insecure=true", "--to", "json:-", "--spool", "/var/lib/logbook/spool", "--http", "0.0.0.0:9464"],
    "Volumes": {"/var/lib/logbook": {}},
    "WorkingDir": "/var/lib/logbook",
    "Labels": {
      "org.opencontainers.image.title": "logbook",
      "org.opencontainers.image.version": "$version",
      "org.opencontainers.image.source": "https://github.com/logbook-go/logbook",
      "org.opencontainers.image.licenses": "BSD-3-Clause"
    }
  },
  "rootfs": {"type": "layers", "diff_ids": ["sha256:$diff_id"]}
}
EOF
cat > "$tmp/manifest" <<EOF
{
  "schemaVersion": 2,
  "mediaType": "$type.manifest.v1+json",
  "config": {$(blob "$type.config.v1+json" "$tmp/config")},
  "layers": [{$(blob "$type.layer.v1.tar+gzip" "$layer.gz")}]
}
EOF
cat > "$image/index.json" <<EOF
{
  "schemaVersion": 2,
  "mediaType": "$type.index.v1+json",
  "manifests": [{
    $(blob "$type.manifest.v1+json" "$tmp/manifest"),
    "platform": {"architecture": "$arch", "os": "linux"},
    "annotations": {"org.opencontainers.image.ref.name": "logbook:latest"}
  }]
}
EOF
echo '{"imageLayoutVersion": "1.0.0"}' > "$image/oci-layout"

file=$out/logbook_$arch.oci.tar
pack "$image" --owner=0 --group=0 -cf "$file" blobs index.json oci-layout
echo "$file"
