#!/bin/sh
# Copies an image into the registry of the account, from which ECS pulls it, and prints its name there. It keeps its digest and
# all of its processors. docker must be logged in to the registry that it comes from.
#
#   deploy/copy.sh IMAGE   IMAGE is registry/name@sha256:…
set -eu

fail() {
  echo "copy.sh: $1" >&2
  exit "${2:-1}"
}

image=${1:-}
case $image in
  *@sha256:*) ;;
  *) fail 'the argument is an image with its digest: registry/name@sha256:…' 2 ;;
esac
digest=${image##*@}
registry=$(aws cloudformation describe-stacks --stack-name <% stack_name %>-access \
  --query "Stacks[0].Outputs[?OutputKey=='Registry'].OutputValue" --output text)
[ -n "$registry" ] || fail 'the stack <% stack_name %>-access has no registry: apply deploy/access.yaml'

is_there() { aws ecr describe-images --repository-name "${registry#*/}" --image-ids "imageDigest=$digest" >/dev/null 2>&1; }
if ! is_there; then
  password=$(aws ecr get-login-password)
  printf %s "$password" | docker login --username AWS --password-stdin "${registry%%/*}" >&2
  # A tag in that registry is never moved, so it is the digest.
  # Without the option, an image for one processor would become an index, with another digest.
  docker buildx imagetools create --prefer-index=false --tag "$registry:${digest#sha256:}" "$image" >&2
  is_there || fail "the copy of $image has another digest"
fi
echo "$registry@$digest"
