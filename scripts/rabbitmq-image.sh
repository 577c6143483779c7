#!/usr/bin/env bash
# Builds an image of RabbitMQ from Debian's packages and imports it into the container engine, for where no registry can be
# reached. It needs Debian's package mirror, mmdebstrap and docker.
#
#   scripts/rabbitmq-image.sh [TAG] [SUITE]     default: faultline-rabbitmq:debian trixie, which has RabbitMQ 4
#
# Then: faultline run --runtime docker --rabbitmq-image faultline-rabbitmq:debian (the default, where it is there).
set -euo pipefail
tag=${1:-faultline-rabbitmq:debian}
suite=${2:-trixie}
for tool in mmdebstrap docker; do
  command -v "$tool" >/dev/null || { echo "rabbitmq-image.sh: $tool is missing (Debian: apt-get install $tool)" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/10-image.conf" <<'CONF'
listeners.tcp.default = 5672
management.tcp.port = 15672
log.console = true
log.file = false
CONF
echo '[rabbitmq_management].' >"$work/enabled_plugins"
chmod 644 "$work"/*

mmdebstrap --quiet --variant=minbase --include=rabbitmq-server \
  --aptopt='APT::Install-Recommends "false"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook='mkdir -p "$1/etc/rabbitmq/conf.d"' \
  --customize-hook="copy-in $work/10-image.conf /etc/rabbitmq/conf.d" \
  --customize-hook="copy-in $work/enabled_plugins /etc/rabbitmq" \
  --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*' \
  "$suite" - |
  docker import \
    -c 'ENV HOME=/var/lib/rabbitmq LANG=C.UTF-8 RABBITMQ_LOGS=-' \
    -c 'USER rabbitmq' -c 'EXPOSE 5672 15672' -c 'ENTRYPOINT ["/usr/lib/rabbitmq/bin/rabbitmq-server"]' \
    - "$tag"
echo "$tag is there"
