#!/bin/sh
# Whether the deploy window of ops/ONCALL.md is open: Monday to Thursday, 08:00 to 15:00 UTC. Fails if it is closed, unless the
# first argument is `true`: to end an incident.
set -eu

day=$(date -u +%u) hour=$(date -u +%H)
# Not octal: 08 is 8.
hour=${hour#0}
if [ "${1:-}" = true ]; then
  echo 'window.sh: the deploy window is ignored'
elif [ "$day" -le 4 ] && [ "$hour" -ge 8 ] && [ "$hour" -lt 15 ]; then
  echo 'window.sh: the deploy window is open'
else
  echo 'window.sh: the deploy window is closed; deploy when it is open (ops/ONCALL.md)' >&2
  exit 1
fi
