#!/bin/sh
# Deploys a version to the host from outside, as CI does:
#
#   deploy/systemd/remote.sh VERSION PROGRAM   a new version
#   deploy/systemd/remote.sh VERSION           one that is still on the host
#
# DEPLOY_HOST is the user and the host, and ~/.ssh/deploy a key that may log in; the user may run <% name_label %>-roll as root. If
# PUBLIC_URL does not answer afterwards, the previous version is deployed again and the script fails. It prints the previous
# version as `BEFORE=…`.
set -eu

version=${1:-}
case $version in
  '') echo 'remote.sh: no version to deploy: the host had no previous version' >&2 && exit 2 ;;
  *[!A-Za-z0-9._-]*) echo "remote.sh: $version is no version" >&2 && exit 2 ;;
esac

host() { ssh -i ~/.ssh/deploy "$DEPLOY_HOST" "$@"; }
answers() {
  curl --fail --silent --show-error --max-time 10 --retry 5 --retry-all-errors --output /dev/null "$PUBLIC_URL$1"
}

before=$(host 'readlink /opt/<% name_label %>/current || true' </dev/null)
before=${before#releases/}
echo "BEFORE=$before"
if [ -n "${2:-}" ]; then
  host sudo /usr/local/sbin/<% name_label %>-roll "$version" - <"$2" >&2
else
  host sudo /usr/local/sbin/<% name_label %>-roll "$version" </dev/null >&2
fi

[ -n "${PUBLIC_URL:-}" ] || exit 0
if answers /health/ready && answers /greet; then
  exit 0
fi
if [ -z "$before" ]; then
  echo 'remote.sh: the public address does not answer, and there is no previous version' >&2
  exit 1
fi
host sudo /usr/local/sbin/<% name_label %>-roll "$before" </dev/null >&2
echo 'remote.sh: the public address did not answer, so the previous version runs again' >&2
exit 1
