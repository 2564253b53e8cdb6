#!/bin/sh
# Backups of the database, in the folder of the volume `backups`. Runs in the container of the service `backup`:
#
#   backup.sh        makes one whenever the last one is BACKUP_HOURS old, until it is stopped
#   backup.sh once   makes one now, and prints its name
set -eu
# shellcheck disable=SC1091
. "$(dirname "$0")/connect.sh"
umask 077

backups() { find . -maxdepth 1 -name 'app-????????T??????Z.dump' "$@"; }

# It gets its name once it is complete and on disk. Then those beyond BACKUPS_KEPT are deleted.
make() {
  exec 9<.
  flock --nonblock 9 || { echo 'another backup is being made' >&2 && exit 1; }
  pg_dump --format=custom --file=unfinished
  pg_restore --list unfinished >/dev/null
  sync unfinished
  name=app-$(date -u +%Y%m%dT%H%M%SZ).dump
  mv unfinished "$name"
  sync .
  backups | sort -r | tail -n "+$((BACKUPS_KEPT + 1))" | xargs -r rm -- ||
    { echo "$name was made, but an older backup is left" >&2 && exit 1; }
  echo "$name"
}

if [ "${1:-}" = once ]; then
  make
  exit
fi
trap 'exit 0' TERM INT
while :; do
  # A restart of the schedule makes no additional backup.
  if [ -z "$(backups -mmin "-$((BACKUP_HOURS * 60))")" ]; then
    sh "$0" once || echo 'the backup failed' >&2
  fi
  sleep 60 &
  wait $!
done
