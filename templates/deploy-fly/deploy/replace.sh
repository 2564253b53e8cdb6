#!/bin/sh
# Deploys a version to Fly.io, and waits until it is ready:
#
#   deploy/replace.sh IMAGE       IMAGE is registry.fly.io/app@sha256:…, which copy.sh prints: a tag can be moved, a digest cannot
#   deploy/replace.sh             changes of fly.toml, with the version that runs
#   deploy/replace.sh --running   only prints the version that runs
#
# If the new version does not become ready, or if PUBLIC_URL is set and does not answer afterwards, the previous version is
# deployed again, with the fly.toml that it had, and the script fails.
set -eu
cd "$(dirname "$0")/.."

say() { echo "replace.sh: $*" >&2; }
fail() {
  say "$1"
  exit "${2:-1}"
}

app=$(sed -n 's/^app = "\(.*\)"$/\1/p' fly.toml)
examples=$(grep -n '^[^#]*example\.com' fly.toml) && fail "fly.toml still has values of the example:
$examples" 2

# Empty before the first deploy.
machines=$(flyctl machine list --app "$app" --json)
before=$(printf '%s\n' "$machines" |
  jq --raw-output '[.[]?.image_ref | "\(.registry)/\(.repository)@\(.digest)"] | first // empty')
case ${1-unset} in
  --running)
    echo "$before"
    exit
    ;;
  '') fail 'the image is empty: there is no previous version' 2 ;;
esac
image=${1:-$before}
case $image in
  *@sha256:*) ;;
  '') fail 'there is no version that runs: name an image' 2 ;;
  *) fail "$image has no digest: registry.fly.io/$app@sha256:…" 2 ;;
esac
flyctl config validate --strict --app "$app" --config fly.toml >&2 || fail 'fly.toml is not valid' 2

previous=$(mktemp -d)
trap 'rm -rf "$previous"' EXIT
[ -z "$before" ] || flyctl config save --app "$app" --config "$previous/fly.toml" --yes >&2

deploy() { flyctl deploy --app "$app" --config "$1" --image "$2" --ha=false --yes >&2; }
back() {
  [ -n "$before" ] || fail "$1; there is no previous version"
  deploy "$previous/fly.toml" "$before" || fail "$1, and the previous version is not ready either: $before"
  fail "$1, so the previous version runs again: $before"
}

deploy fly.toml "$image" || back "$image does not become ready"
#= scale

answers() {
  curl --fail --silent --show-error --max-time 10 --retry 5 --retry-all-errors --output /dev/null "$PUBLIC_URL$1"
}
if [ -n "${PUBLIC_URL:-}" ]; then
  { answers /health/ready && answers /greet; } || back 'the public address does not answer'
fi
say "$image runs in $app${before:+; back: deploy/replace.sh $before}"
