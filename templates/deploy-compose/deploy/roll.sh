#!/bin/sh
# Replaces every running copy of the service by the image that compose.yml names now, without losing a request:
# new copies start beside the old ones, and each old one drains only after all new ones are ready.
#
#   deploy/roll.sh                     builds the image here
#   IMAGE=registry/name:tag deploy/roll.sh   takes one that was built elsewhere
set -eu
cd "$(dirname "$0")"

compose() { docker compose -f compose.yml "$@"; }

if [ -n "${IMAGE:-}" ]; then compose pull app; else compose build app; fi

old=$(compose ps --quiet app)
if [ -z "$old" ]; then
  compose up --detach --wait
  exit
fi
count=$(echo "$old" | wc -w)

if ! compose up --detach --wait --no-deps --no-recreate --scale "app=$((2 * count))" app; then
  echo "roll.sh: the new copies do not become ready; they are removed and the old ones serve on" >&2
  compose ps --all --quiet app | grep --fixed-strings --invert-match "$old" | xargs docker rm --force >/dev/null
  exit 1
fi

for copy in $old; do
  docker stop "$copy" >/dev/null
  docker rm "$copy" >/dev/null
done
