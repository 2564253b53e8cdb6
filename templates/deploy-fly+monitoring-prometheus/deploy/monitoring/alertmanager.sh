#!/bin/sh
# Starts Alertmanager in its machine. Secrets of an app are variables, and Alertmanager reads addresses from files.
set -eu
umask 077
mkdir -p /tmp/addresses
printf '%s' "$PAGES" >/tmp/addresses/pages
printf '%s' "$TICKETS" >/tmp/addresses/tickets
printf '%s' "$WATCHDOG" >/tmp/addresses/watchdog
# A single instance, so no cluster.
exec /bin/alertmanager --config.file=/etc/watch/alertmanager.yml --storage.path=/silences --cluster.listen-address=
