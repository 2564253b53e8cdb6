#!/bin/sh
# Replaces the version that runs by another one without losing a request. On the host, as root:
#
#   roll.sh VERSION PROGRAM   a new version; with `-` its program is read from standard input
#   roll.sh VERSION           one that is in /opt/<% name_label %>/releases, such as the previous version
#
# A spare replica starts with the version first. When it is ready, and HAProxy sends requests to it, the replicas are
# restarted one after the other; then the spare stops. If one of them does not become ready, if PUBLIC_URL is set and does not
# answer afterwards, or if the script is interrupted, the previous version runs again and the script fails. The link
# /opt/<% name_label %>/current is the only place that remembers which version runs.
set -eu
# The user of the units has to read what root makes here.
umask 022

name=<% name_label %> home=/opt/<% name_label %>
spare=<% spare_port %> replicas=
#~ for port in ports
replicas="$replicas <% port %>"
#~ endfor
# Seconds until a replica has to be ready and to get requests.
TIMEOUT=60
# Versions that stay on the host.
KEPT=5

say() { echo "roll.sh: $*" >&2 || true; }
fail() {
  say "$1"
  exit "${2:-1}"
}

version=${1:-} program=${2:-} release=$home/releases/${1:-}
case $version in
  '' | .* | -* | *[!A-Za-z0-9._-]*) fail 'the first argument is a version: letters, digits, dots and dashes' 2 ;;
esac
[ "$#" -le 2 ] || fail 'the arguments are a version and its program' 2
# An account that may only deploy must not have root copy a file of its choice.
case ${SUDO_UID:-0}:$program in
  0:* | *: | *:-) ;;
  *) fail 'through sudo, the program is read from standard input: VERSION - <PROGRAM' 2 ;;
esac
[ -d "$home/releases" ] || fail "there is no $home/releases: run install.sh first" 2
examples=$(grep -rls '^[^#]*example\.com' "/etc/$name/settings.env" "/etc/$name/credentials") &&
  fail "values of the example are still in: $(echo "$examples" | tr '\n' ' ')" 2

# The lock ends with the process.
exec 9<"$home/releases"
flock --nonblock 9 || fail 'another roll is running'

before=$(readlink "$home/current") || true
before=${before#releases/}

# In one step, so that the link always leads to a version.
point() { ln -sfn "releases/$2" "$home/.$1" && mv -T "$home/.$1" "$home/$1"; }
answers() { curl --fail --silent --output /dev/null --max-time 2 "$1"; }

# Starts a replica, or restarts it once it has drained, and waits until it is ready and HAProxy sends requests to it.
start() {
  systemctl restart "$name@$1.service" || return 1
  deadline=$(($(date +%s) + TIMEOUT))
  until answers "http://127.0.0.1:1$1/health/ready" && answers "http://127.0.0.1:8405/$1"; do
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 1
  done
}

# Every end that is not a success undoes what was done, and prints one line with the step that it happened in.
step='' stage=nothing replaced=''
back() {
  if [ -z "$before" ]; then
    step="$step; there is no previous version"
    return
  fi
  point current "$before"
  for port in $replaced; do
    if ! start "$port"; then
      step="$step; the previous version, $before, does not become ready either: the spare still runs, see \
journalctl --unit $name@$port"
      return
    fi
  done
  systemctl stop "$name@$spare.service" || true
  step="$step, so the previous version runs again: $before"
}
finish() {
  status=$?
  trap '' INT TERM HUP PIPE
  case $stage in
    over) exit 0 ;;
    nothing) ;;
    spare)
      systemctl stop "$name@$spare.service" || true
      step="$step; nothing else has changed${before:+, $before runs}"
      ;;
    replicas) back ;;
  esac
  # The status after a signal says which one it was. Every other failure is 1.
  [ "$status" -ge 128 ] || status=1
  say "$step"
  exit "$status"
}
trap finish EXIT
trap 'step=interrupted; exit 129' HUP
trap 'step=interrupted; exit 130' INT
trap 'step=interrupted; exit 143' TERM
trap '' PIPE

if [ -n "$program" ]; then
  step="the program $program cannot be read or written to $home/releases"
  new=$home/releases/.new
  rm -rf "$new"
  mkdir "$new"
  if [ "$program" = - ]; then cat; else cat "$program"; fi >"$new/<% name %>"
  [ -s "$new/<% name %>" ]
  chmod 755 "$new/<% name %>"
  #= release
  if [ ! -e "$release" ]; then
    sync
    mv -T "$new" "$release"
  else
    step="version $version is in $home/releases with another program: a version is never replaced"
    cmp -s "$new/<% name %>" "$release/<% name %>"
    rm -rf "$new"
  fi
fi
step="there is no version $version in $home/releases"
[ -x "$release/<% name %>" ]

step="$version does not become ready, see: journalctl --unit $name@$spare"
stage=spare
point next "$version"
start "$spare"

stage=replicas
point current "$version"
for port in $replicas; do
  step="the replica on port $port does not become ready with $version"
  replaced="$replaced $port"
  start "$port"
done

if [ -n "${PUBLIC_URL:-}" ]; then
  step="the public address does not answer with $version"
  for path in /health/ready /greet; do
    curl --fail --silent --show-error --max-time 10 --retry 5 --retry-all-errors --output /dev/null "$PUBLIC_URL$path"
  done
fi

# From here on the new version is the one that runs, so an interruption no longer takes it back.
stage=over
trap '' INT TERM HUP
systemctl stop "$name@$spare.service" || say 'the spare does not stop'
for port in $replicas; do
  systemctl --quiet enable "$name@$port.service" || say "the replica on port $port would not start with the host"
done
# The newest stay, and the two that were run last.
find "$home/releases" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %f\n' | sort -rn | tail -n "+$((KEPT + 1))" |
  while read -r _ old; do
    [ "$old" = "$version" ] || [ "$old" = "$before" ] || rm -rf "$home/releases/$old"
  done
say "$version runs${before:+; back: $name-roll $before}"
