# shellcheck shell=sh
# How backup.sh and restore.sh reach the database, and where backups are.
PGHOST=postgres PGUSER=app PGDATABASE=app PGPASSWORD=$(cat /run/secrets/postgres_password)
export PGHOST PGUSER PGDATABASE PGPASSWORD
cd /var/lib/postgresql/data || exit
