#!/bin/sh
# Checks the units, HAProxy's configuration and the scripts, as CI does. Needs the packages haproxy, shellcheck and systemd.
set -eu
cd "$(dirname "$0")"

haproxy -c -q -f haproxy.cfg
shellcheck ./*.sh
# systemd-analyze fails for a program that is not there, and succeeds for a key that it does not know: a copy of the units
# names a program that is there, and any line of output is a failure.
units=$(mktemp -d)
trap 'rm -rf "$units"' EXIT
for unit in *.service *.timer; do
  # A pattern that no file matches stays a pattern.
  [ -e "$unit" ] || continue
  sed -E 's|^ExecStart=[^ ]+|ExecStart=/bin/true|' "$unit" >"$units/$unit"
done
said=$(systemd-analyze verify "$units"/* 2>&1) || true
if [ -n "$said" ]; then
  echo "$said" >&2
  exit 1
fi
systemd-analyze security --offline=true --threshold=15 --no-pager "$units/app@.service" >/dev/null
