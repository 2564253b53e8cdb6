#!/bin/sh
# Starts the service, or replaces every running replica with another version without losing a request.
#
#   deploy/roll.sh                           builds the image here
#   IMAGE=registry/name:tag deploy/roll.sh   runs one that was built elsewhere, or an earlier version
#
# New replicas start beside the old ones. When all of them are ready, the version is written to deploy/.env, so that
# every later `docker compose` command means the same version, and the old replicas drain. A failure or an interruption
# before that removes the new replicas, and nothing is replaced. What a run that was killed left behind is removed by the
# next one. The configuration of the services beside it is checked first and read again at the end.
set -eu
cd "$(dirname "$0")"
# Docker would create a mounted folder that is missing, and only root could then write to it. Containers that are not root
# read the files in it; a folder that is closed keeps other users of the host out.
mkdir -p -m 700 secrets
mkdir -p secrets/tls
#= folders

# How long a new replica may take to become ready.
TIMEOUT=120

say() { echo "roll.sh: $*" >&2; }
compose() { docker compose -f compose.yml "$@"; }
replicas() { compose ps --all --quiet app; }
state() { docker inspect --format "$1" "$2" 2>/dev/null || echo removed; }
health() { state '{{if .RestartCount}}restarted{{else}}{{.State.Health.Status}}{{end}}' "$1"; }

# A replica that is ready takes requests, so it drains; all of them at once. Docker deletes the log of a container with
# it.
remove() {
  docker stop "$@" >/dev/null
  keep_logs "$@" || say 'not all logs could be kept in deploy/logs'
  docker rm "$@" >/dev/null
}

# The logs of the last LOGS replicas stay in deploy/logs.
LOGS=50
keep_logs() (
  umask 077
  mkdir -p logs
  for replica in "$@"; do
    docker logs "$replica" 2>&1 | gzip >"logs/app-$(date -u +%Y%m%dT%H%M%SZ)-$(echo "$replica" | cut -c 1-12).log.gz"
  done
  find logs -name 'app-*.log.gz' | sort -r | tail -n "+$((LOGS + 1))" | xargs rm -f
)

# Every failure prints one line that names its step.
step='another roll is running' cause='' old='' new_may_run=''
finish() {
  status=$?
  trap '' INT TERM HUP
  [ "$status" != 0 ] || exit 0
  if [ -n "$new_may_run" ]; then
    new=$(replicas | grep -Fvx "$old") || true
    # shellcheck disable=SC2086 # One word for each replica.
    [ -z "$new" ] || remove $new || say 'not all new replicas could be removed; run deploy/roll.sh again'
    cause="$cause; the old replicas continue to serve"
  fi
  say "$step$cause"
  exit "$status"
}
trap finish EXIT
trap 'step=interrupted; exit 129' HUP
trap 'step=interrupted; exit 130' INT
trap 'step=interrupted; exit 143' TERM

# The lock is on this folder and ends with the process. Where there is no flock (a laptop), there is no second roll.
exec 9<.
! command -v flock >/dev/null || flock --nonblock 9

# A service that does not run reads its configuration when it starts.
runs() { [ -n "$(compose ps --quiet "$1")" ]; }
check() {
  step="the configuration of $1 is wrong, see above; nothing was replaced, but $1 reads it at its next start"
  ! runs "$1" || compose exec -T "$@" >/dev/null
}
reload() { ! runs "$1" || compose kill --signal "$2" "$1"; }

step='deploy/compose.yml or deploy/.env cannot be read'
config=$(compose config)
wanted=$(printf '%s\n' "$config" | sed -n '/^  app:$/,/^  [^ ]/s/^      replicas: //p')
remembered=$(sed -n 's/^IMAGE=//p' .env 2>/dev/null) || true
check haproxy haproxy -c -f /usr/local/etc/haproxy
#= check

if [ -n "${IMAGE:-}" ]; then
  step="the image $IMAGE is not available"
  export IMAGE
  # A name without a registry is an image that was built here.
  case $IMAGE in */*) compose pull --quiet app ;; *) docker image inspect "$IMAGE" >/dev/null ;; esac
else
  step='the image does not build'
  IMAGE=<% name_lower %>:$(date -u +%Y%m%d%H%M%S)
  export IMAGE
  compose build app
fi

remember() (
  umask 077
  { grep -v '^IMAGE=' .env 2>/dev/null || true; echo "IMAGE=$IMAGE"; } >.env.new
  mv .env.new .env
)

step='replicas of earlier runs cannot be removed'
kept=0 surplus=''
for replica in $(replicas); do
  case $(state '{{.State.Status}} {{.Config.Image}} {{.State.Health.Status}}' "$replica") in
    created* | exited* | dead*)
      keep_logs "$replica" || say 'not all logs could be kept in deploy/logs'
      docker rm --force "$replica" >/dev/null ;;
    "running ${remembered:-<% name_lower %>} healthy")
      if [ "$kept" = "$wanted" ]; then surplus="$surplus $replica"; else kept=$((kept + 1)); fi ;;
    *) surplus="$surplus $replica" ;;
  esac
done
# Fewer good ones than wanted: what else runs may still serve, and stays until the new ones are ready.
if [ "$kept" = "$wanted" ] && [ -n "$surplus" ]; then
  say "removing what an earlier run left:$surplus"
  # shellcheck disable=SC2086
  remove $surplus
fi

old=$(replicas)
if [ -z "$old" ]; then
  step='the service does not start; see: docker compose -f deploy/compose.yml logs'
  remember
  compose up --detach --no-build --wait
  exit 0
fi

step='the new replicas cannot be started'
new_may_run=yes
compose up --detach --no-build --no-deps --no-recreate --scale "app=$(($(echo "$old" | wc -l) + wanted))" app

step='a new replica does not become ready'
deadline=$(($(date +%s) + TIMEOUT))
for replica in $(replicas | grep -Fvx "$old"); do
  until now=$(health "$replica") && [ "$now" = healthy ]; do
    case $now in
      starting) [ "$(date +%s)" -lt "$deadline" ] || cause=" within $TIMEOUT s" ;;
      *) cause=" ($now)" ;;
    esac
    if [ -n "$cause" ]; then
      docker logs --tail 5 "$replica" >&2 || true
      exit 1
    fi
    sleep 1
  done
done

# From here on the new version is the one that runs, so an interruption no longer takes it back.
trap '' INT TERM HUP
step='the new version runs, but deploy/.env cannot be written'
new_may_run=''
remember
step='the new version runs, but an old replica cannot be removed; run deploy/roll.sh again'
# shellcheck disable=SC2086
remove $old

step='the new version runs, but a service beside it does not; see: docker compose -f deploy/compose.yml ps'
# Services beside it that run the same image.
same=$(compose config | sed -n "/^  [^ ]*:\$/h; \\|^    image: $IMAGE\$|{x;s/[ :]//g;p;}" | grep -vx app) || true
# shellcheck disable=SC2086
[ -z "$same" ] || compose up --detach --no-build --no-deps $same
reload haproxy USR2
#= reload
compose up --detach --no-build --no-recreate
say "$IMAGE runs${remembered:+; back: IMAGE=$remembered deploy/roll.sh}"
