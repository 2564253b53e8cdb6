#!/bin/sh
# Deploys a version to Azure Container Apps beside the one that runs, and gives it all requests when it is ready:
#
#   deploy/shift.sh IMAGE       IMAGE is registry/name@sha256:…: a tag can be moved, a digest cannot
#   deploy/shift.sh             changes of container-app.yaml, with the version that runs
#   deploy/shift.sh --running   only prints the version that runs
#
# RESOURCE_GROUP is the group of the app; its name otherwise. If the new version does not become ready, it gets no request. If
# PUBLIC_URL is set and does not answer afterwards, the previous version gets the requests again. In both cases the new version is
# stopped, and the script fails. Otherwise every other version is stopped, also one that a cancelled run left active.
set -eu
cd "$(dirname "$0")"

say() { echo "shift.sh: $*" >&2; }
fail() {
  say "$1"
  exit "${2:-1}"
}

app=<% app_name %>
group=${RESOURCE_GROUP:-$app}
examples=$(grep -n -e '^[^#]*example\.com' -e '^[^#]*00000000-0000-0000-0000-000000000000' container-app.yaml) &&
  fail "container-app.yaml still has values of the example:
$examples" 2

of_app() {
  verb=$1
  shift
  # shellcheck disable=SC2086
  az containerapp $verb --name "$app" --resource-group "$group" "$@"
}
field() { of_app 'revision show' --revision "$1" --query "$2" --output tsv; }
# All requests go to one revision.
shift_to() { of_app 'ingress traffic set' --revision-weight "$1=100" --output none; }
stop() { of_app 'revision deactivate' --revision "$1" --output none || say "$1 still runs"; }

# Empty before the first deploy.
known=$(az containerapp list --resource-group "$group" --query "[?name=='$app'].name" --output tsv)
previous='' before=''
if [ -n "$known" ]; then
  previous=$(of_app 'ingress traffic show' --query "[?weight==\`100\`].revisionName | [0]" --output tsv)
  # Null is a word in this format.
  [ "$previous" != None ] || previous=''
  [ -z "$previous" ] || before=$(field "$previous" "properties.template.containers[?name=='app'].image | [0]")
fi
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
  *) fail "$image has no digest: registry/name@sha256:…" 2 ;;
esac

# A name that no revision has had: the digest, and the time.
suffix=v$(printf '%.7s' "${image##*@sha256:}")-$(date -u +%s)
revision=$app--$suffix
file=$(mktemp -d)
trap 'rm -rf "$file"' EXIT
sed -e "s|^\( *image: \)<% name_lower %>\$|\1$image|" -e "s|^\( *revisionSuffix: \)version\$|\1$suffix|" container-app.yaml \
  >"$file/app.yaml"
if [ -n "$known" ]; then verb=update; else verb=create; fi
of_app "$verb" --yaml "$file/app.yaml" --output none

is_ready() {
  attempts=60
  while [ "$attempts" -gt 0 ]; do
    case $(field "$revision" "join(' ', [properties.healthState, properties.runningState])") in
      'Healthy Running' | 'Healthy RunningAtMaxScale') return ;;
      *' Failed') return 1 ;;
    esac
    attempts=$((attempts - 1))
    sleep "${POLL_SECONDS:-5}"
  done
  return 1
}
back() {
  [ -z "$previous" ] || shift_to "$previous" ||
    fail "$1, and the requests could not be given to the previous version: $before"
  stop "$revision"
  [ -n "$previous" ] || fail "$1; there is no previous version"
  fail "$1, so the previous version has the requests: $before"
}

is_ready || back "$image does not become ready"
shift_to "$revision" || back "$image could not be given the requests"

answers() {
  curl --fail --silent --show-error --max-time 10 --retry 5 --retry-all-errors --output /dev/null "$PUBLIC_URL$1"
}
if [ -n "${PUBLIC_URL:-}" ]; then
  { answers /health/ready && answers /greet; } || back 'the public address does not answer'
fi
# They drain what they still have.
active=$(of_app 'revision list' --query '[?properties.active].name' --output tsv) || active=$previous
for other in $active; do
  [ "$other" = "$revision" ] || stop "$other"
done
say "$image runs in $app${before:+; back: deploy/shift.sh $before}"
