#!/bin/sh
# Replaces every running copy of the service by the image that compose.yml names now, without losing a request: new
# copies start beside the old ones, and the old ones drain once all new ones are ready. If a new one does not become
# ready, all new ones are removed and nothing has changed.
#
#   deploy/roll.sh                           with an image that is built here
#   IMAGE=registry/name:tag deploy/roll.sh   with one that was built elsewhere
set -eu
cd "$(dirname "$0")"

compose() { docker compose -f compose.yml "$@"; }
copies() { compose ps --all --quiet app; }

if [ -n "${IMAGE:-}" ]; then compose pull app; else compose build app; fi

old=$(copies)
if [ -z "$old" ]; then
  exec docker compose -f compose.yml up --detach --wait
fi
count=$(echo "$old" | wc -l)

# Compose may end with 0 although a copy is unhealthy, so the copies themselves are asked.
compose up --detach --wait --no-deps --no-recreate --scale "app=$((2 * count))" app || true
new=$(copies | grep --fixed-strings --invert-match "$old")
for copy in $new; do
  if [ "$(docker inspect --format '{{.State.Health.Status}}' "$copy")" != healthy ]; then
    docker logs --tail 5 "$copy" || true
    echo "$new" | xargs docker rm --force >/dev/null
    echo "roll.sh: a new copy does not become ready; the old ones serve on" >&2
    exit 1
  fi
done

for copy in $old; do
  docker stop "$copy" >/dev/null
  docker rm "$copy" >/dev/null
done
