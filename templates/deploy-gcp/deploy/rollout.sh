#!/bin/sh
# Deploys a version to Cloud Run, to the project PROJECT in the region REGION:
#
#   deploy/rollout.sh IMAGE            IMAGE is registry/name@sha256:…: a tag can be moved, a digest cannot
#   deploy/rollout.sh back REVISION    sends all requests to a revision that ran before
#   deploy/rollout.sh running          prints the revision that has the most requests
#
# An image of another registry is copied into Artifact Registry first. The new revision gets no request until it is ready and
# answers at an address of its own, then a tenth of them for CANARY_SECONDS, then all. If a step fails, or if PUBLIC_URL is set
# and does not answer afterwards, the previous revision gets all requests again, and the script fails. Cloud Run is the only
# place that remembers which version runs. SERVICE names another file of this folder than service.yaml, for another environment.
set -eu
cd "$(dirname "$0")"

say() { echo "rollout.sh: $*" >&2; }
fail() {
  say "$1"
  exit "${2:-1}"
}

project=${PROJECT:-} region=${REGION:-} file=${SERVICE:-service.yaml} verb=${1:-}
services() { gcloud run services "$@" --project "$project" --region "$region" --quiet; }

# A line for each target of requests: its percent, revision, tag, and the address of the tag. None before the first deploy.
targets() {
  services list --filter 'metadata.name=<% run_name %>' --flatten 'status.traffic[]' --format \
    'csv[no-heading](status.traffic.percent,status.traffic.revisionName,status.traffic.tag,status.traffic.url)'
}
most() { printf '%s\n' "$1" | sort -t , -k 1,1nr | head -n 1 | cut -d , -f 2; }
send() { services update-traffic <% run_name %> --to-revisions "$1" >&2; }

[ -n "$project" ] && [ -n "$region" ] || fail 'set PROJECT and REGION' 2
case $verb in
  running | back | *@sha256:*) ;;
  '') fail 'the first argument is an image: registry/name@sha256:…' 2 ;;
  *) fail "$verb has no digest: registry/name@sha256:…" 2 ;;
esac
if [ "$verb" = back ]; then
  [ -n "${2:-}" ] || fail 'back to which revision? There may have been none' 2
  send "$2=100" || fail "the requests cannot be sent to $2"
  say "$2 has all requests"
  exit
fi
now=$(targets) || fail 'the state of the service cannot be read; nothing was changed'
before=$(most "$now")
if [ "$verb" = running ]; then
  echo "$before"
  exit
fi

examples=$(grep -n '^[^#]*example\.com' "$file") && fail "$file still has values of the example:
$examples" 2

image=$verb digest=${verb#*@}
case $image in
  *-docker.pkg.dev/*) ;;
  *)
    copy=$region-docker.pkg.dev/$project/<% run_name %>/<% name_lower %>
    tag=$copy:${digest#sha256:}
    # Without the option, an image for one processor would become an index, with another digest.
    docker buildx imagetools create --prefer-index=false --tag "$tag" "$image" >&2 ||
      fail "$image cannot be copied to $copy; nothing was changed"
    copied=$(docker buildx imagetools inspect "$tag" --format '{{.Manifest.Digest}}') ||
      fail "$tag cannot be read; nothing was changed"
    [ "$copied" = "$digest" ] || fail "$tag has the digest $copied instead of $digest; nothing was changed"
    image=$copy@$digest
    ;;
esac

back() {
  [ -n "$before" ] || fail "$1; there is no previous revision"
  send "$before=100" || fail "$1, and the requests cannot be sent back; try deploy/rollout.sh back $before"
  fail "$1, so the previous revision has all requests: $before"
}

service=$(mktemp)
trap 'rm -f "$service"' EXIT
{
  sed -e "s|^\( *image: \)IMAGE\$|\1$image|" -e "s|@PROJECT\.|@$project.|" -e '/^  traffic:$/,$d' "$file"
  echo '  traffic:'
  [ -z "$before" ] || printf '    - revisionName: %s\n      percent: 100\n' "$before"
  printf '    - latestRevision: true\n      percent: %s\n      tag: candidate\n' "$([ -n "$before" ] && echo 0 || echo 100)"
} >"$service"
services replace "$service" >&2 || back "$image does not become ready"

now=$(targets) || back 'the state of the service cannot be read'
new=$(printf '%s\n' "$now" | awk -F , '$3 == "candidate" { print $2 }')
address=$(printf '%s\n' "$now" | awk -F , '$3 == "candidate" { print $4 }')
[ -n "$new" ] && [ -n "$address" ] || back 'there is no new revision'

get() { curl --fail --silent --show-error --max-time 10 --retry 5 --retry-all-errors --output /dev/null "$1"; }
answers() { get "$1/health/ready" && get "$1/greet"; }
answers "$address" || back "$new does not answer at its own address"

# The requests that it failed, from the log of Cloud Run.
failures() {
  gcloud logging read "resource.type=\"cloud_run_revision\" AND resource.labels.revision_name=\"$1\" AND \
log_id(\"run.googleapis.com/requests\") AND httpRequest.status>=500" --project "$project" --limit 100 --format 'value(insertId)'
}
if [ -n "$before" ] && [ "$new" != "$before" ]; then
  send "$new=10,$before=90" || back "$new cannot get a tenth of the requests"
  sleep "${CANARY_SECONDS:-120}"
  failed=$(failures "$new") || back 'the log of requests cannot be read'
  count=$(printf '%s' "$failed" | grep -c '') || true
  [ "$count" -le "${CANARY_FAILURES:-5}" ] || back "$new failed $count requests"
fi
send "$new=100" || back "$new cannot get all requests"

if [ -n "${PUBLIC_URL:-}" ]; then
  answers "$PUBLIC_URL" || back 'the public address does not answer'
fi
say "$new runs $image${before:+; back: deploy/rollout.sh back $before}"
