#!/bin/sh
# Deploys a version to the cluster that kubectl is set up for, and waits until all of its replicas are ready:
#
#   deploy/rollout.sh ENVIRONMENT IMAGE   IMAGE is registry/name@sha256:…: a tag can be moved, a digest cannot
#   deploy/rollout.sh ENVIRONMENT         changes of the manifests, with the version that runs
#
# ENVIRONMENT is a folder beside this file: staging, production. If the new version does not become ready, or if PUBLIC_URL
# is set and does not answer afterwards, the script rolls back to the previous version and fails. The cluster is the only
# place that remembers which version runs.
set -eu
cd "$(dirname "$0")"

say() { echo "rollout.sh: $*" >&2; }
fail() {
  say "$1"
  exit "${2:-1}"
}

environment=${1:-} image=${2:-}
namespace=$(sed -n 's/^namespace: //p' "$environment/kustomization.yaml" 2>/dev/null) || true
[ -n "$namespace" ] || fail 'the first argument is an environment: staging or production' 2
examples=$(grep -rn '^[^#]*example\.com' "$environment") && fail "$environment still has values of the example:
$examples" 2

kube() { kubectl --namespace "$namespace" "$@"; }
# Empty before the first deploy.
running() { kube get deployment <% name_label %> --ignore-not-found --output "jsonpath={$1}"; }

before=$(running '.spec.template.spec.containers[0].image')
revision=$(running '.metadata.annotations.deployment\.kubernetes\.io/revision')
image=${image:-$before}
case $image in
  *@sha256:*) ;;
  '') fail 'there is no version that runs: name an image' 2 ;;
  *) fail "$image has no digest: registry/name@sha256:…" 2 ;;
esac

manifests=$(kubectl kustomize "$environment")
printf '%s\n' "$manifests" | sed "s|^\( *image: \)<% name_lower %>\$|\1$image|" | kubectl apply --filename -
#= apply

back() {
  [ -n "$revision" ] || fail "$1; there is no previous version"
  kube rollout undo deployment/<% name_label %> --to-revision "$revision" >&2
  kube rollout status deployment/<% name_label %> >&2 || true
  fail "$1, so the previous version runs again: $before; the other objects stay as they were applied"
}

kube rollout status deployment/<% name_label %> || back "$image does not become ready"

answers() {
  curl --fail --silent --show-error --max-time 10 --retry 5 --retry-all-errors --output /dev/null "$PUBLIC_URL$1"
}
if [ -n "${PUBLIC_URL:-}" ]; then
  { answers /health/ready && answers /greet; } || back 'the public address does not answer'
fi
say "$image runs in $namespace${before:+; back: deploy/rollout.sh $environment $before}"
