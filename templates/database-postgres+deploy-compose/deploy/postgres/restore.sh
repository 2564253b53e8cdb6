#!/bin/sh
# Replaces the database with a backup from the folder, while the service does not run:
#
#   restore.sh app-20260101T000000Z.dump
#
# The backup is restored beside the database in use. Only when it is complete are the two renamed; the replaced one is kept.
set -eu
# shellcheck disable=SC1091
. "$(dirname "$0")/connect.sh"

now=$(date -u +%Y%m%d%H%M%S)
new=restored_$now replaced=replaced_$now
createdb --template=template0 "$new"
trap 'dropdb --if-exists "$new"' EXIT
pg_restore --exit-on-error --single-transaction --no-owner --dbname="$new" "$1"
# Renaming waits 5 s for connections to end, and fails if one stays: then nothing is changed.
psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --single-transaction --dbname=postgres <<END
ALTER DATABASE app RENAME TO $replaced;
ALTER DATABASE $new RENAME TO app;
END
trap - EXIT
echo "the replaced database is $replaced"
