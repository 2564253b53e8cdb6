#!/bin/sh
# Deploys a version to the host from outside, as CI does:
#
#   deploy/remote.sh COMMIT IMAGE
#
# DEPLOY_HOST is the user and the host, DEPLOY_PATH a clone of this repository there, and ~/.ssh/deploy a key that may log
# in. If PUBLIC_URL does not answer afterwards, the previous version is deployed again and the script fails. It prints the
# previous version as `BEFORE_COMMIT=…` and `BEFORE_IMAGE=…`. If the roll fails, the clone on the host has the commit of the
# version that runs.
set -eu

if [ -z "${2:-}" ]; then
  echo 'remote.sh: no image to deploy: the host had no previous version' >&2
  exit 2
fi

roll() {
  ssh -i ~/.ssh/deploy "$DEPLOY_HOST" sh -eu -s -- "$DEPLOY_PATH" "$1" "$2" <<'END'
    cd "$1"
    image() { sed -n 's/^IMAGE=//p' deploy/.env 2>/dev/null || true; }
    before=$(git rev-parse HEAD)
    echo "BEFORE_COMMIT=$before"
    echo "BEFORE_IMAGE=$(image)"
    git fetch --quiet origin
    git checkout --quiet --detach "$2"
    if ! IMAGE=$3 deploy/roll.sh </dev/null >&2; then
      # A roll may fail after the new version has taken over.
      [ "$(image)" = "$3" ] || git checkout --quiet --detach "$before"
      exit 1
    fi
END
}

answers() {
  curl --fail --silent --show-error --max-time 10 --retry 5 --retry-all-errors --output /dev/null "$PUBLIC_URL$1"
}

before=$(roll "$1" "$2")
echo "$before"
[ -n "${PUBLIC_URL:-}" ] || exit 0
if answers /health/ready && answers /greet; then
  exit 0
fi
commit=$(echo "$before" | sed -n 's/^BEFORE_COMMIT=//p')
image=$(echo "$before" | sed -n 's/^BEFORE_IMAGE=//p')
if [ -z "$image" ]; then
  echo 'remote.sh: the public address does not answer, and there is no previous version' >&2
  exit 1
fi
roll "$commit" "$image" >/dev/null
echo 'remote.sh: the public address did not answer, so the previous version runs again' >&2
exit 1
