#!/bin/sh
# Deploys a version to ECS, and waits until all replicas run it:
#
#   deploy/update.sh ENVIRONMENT IMAGE   IMAGE is registry/name@sha256:…, in the registry of copy.sh: a tag can be moved
#   deploy/update.sh ENVIRONMENT         changes of stack.yaml and of the parameters, with the version that runs
#
# ENVIRONMENT is staging or production. If the new version does not become ready, or if PUBLIC_URL is set and does not answer
# afterwards, the script rolls back to the previous version, with its template and its parameters, and fails.
set -eu
cd "$(dirname "$0")"

say() { echo "update.sh: $*" >&2; }
fail() {
  say "$1"
  exit "${2:-1}"
}

environment=${1:-} image=${2:-}
case $environment in
  staging | production) ;;
  *) fail 'the first argument is an environment: staging or production' 2 ;;
esac
examples=$(grep -n '^[^#]*\(EXAMPLE\|example\.com\)' "$environment.env") && fail "$environment.env still has values of the example:
$examples" 2
[ "$#" -ne 2 ] || [ -n "$image" ] || fail 'the image is empty' 2
case ${image:-@sha256:} in
  *@sha256:*) ;;
  *) fail "$image has no digest: registry/name@sha256:…" 2 ;;
esac

stack=<% stack_name %>-$environment
previous=$(mktemp -d)
trap 'rm -rf "$previous"' EXIT

# Prints a part of a description as text.
describe() { aws cloudformation describe-stacks --output text "$@"; }

role=$(describe --stack-name <% stack_name %>-access --query "Stacks[0].Outputs[?OutputKey=='StackRole'].OutputValue")
state=$(describe --query "Stacks[?StackName=='$stack'].StackStatus")
before=
case $state in
  '' | REVIEW_IN_PROGRESS) ;;
  *_IN_PROGRESS) fail "another change of $stack is in progress ($state)" ;;
  ROLLBACK_* | CREATE_FAILED) fail "the first deploy of $stack failed ($state): delete the stack, then deploy again" ;;
  UPDATE_ROLLBACK_FAILED) fail "the stack is stuck: aws cloudformation continue-update-rollback --stack-name $stack" ;;
  *)
    before=$(./running.sh "$environment")
    [ "$(printf '%s\n' "$before" | wc -l)" -eq 1 ] || fail "several versions run in $stack: wait until one does
$before"
    aws cloudformation get-template --stack-name "$stack" --query TemplateBody --output text >"$previous/stack.yaml"
    describe --stack-name "$stack" --query 'Stacks[0].Parameters[].[ParameterKey,ParameterValue]' | tr '\t' '=' >"$previous/parameters"
    # Without a replica that runs, the stack is the only place that names a version.
    before=${before:-$(sed -n 's/^Image=//p' "$previous/parameters")}
    ;;
esac
image=${image:-$before}
[ -n "$image" ] || fail 'there is no version that runs: name an image' 2

# Applies a template with the parameters in a file and this image, and waits. That ends in the state UPDATE_COMPLETE also when
# the circuit breaker of ECS has rolled back to the previous version, so what runs is compared with what should.
change() {
  template=$1 parameters=$2 wanted=$3
  # A stack that cannot be created is deleted again, which the protection would prevent. Each change has a value for it, because
  # a parameter without one keeps its last value; of two values the second counts.
  protection=true
  [ -n "$before" ] || protection=false
  set -- "Image=$wanted" "DeletionProtection=$protection"
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      '' | '#'* | Image=*) ;;
      *) set -- "$@" "$line" ;;
    esac
  done <"$parameters"
  aws cloudformation deploy --stack-name "$stack" --template-file "$template" --parameter-overrides "$@" \
    --role-arn "$role" --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset >&2 &&
    aws ecs wait services-stable --cluster "$stack" --services "$stack" >&2 &&
    [ "$(./running.sh "$environment")" = "$wanted" ]
}

back() {
  [ -n "$before" ] || fail "$1; there is no previous version"
  # Changes nothing if CloudFormation has rolled back already.
  if change "$previous/stack.yaml" "$previous/parameters" "$before"; then
    fail "$1, so the previous version runs again: $before"
  fi
  fail "$1, and the previous version could not be restored: aws cloudformation describe-stack-events --stack-name $stack"
}

../ops/links.sh <stack.yaml >"$previous/linked.yaml"
change "$previous/linked.yaml" "$environment.env" "$image" || back "$image does not become ready"

answers() {
  curl --fail --silent --show-error --max-time 10 --retry 5 --retry-all-errors --output /dev/null "$PUBLIC_URL$1"
}
if [ -n "${PUBLIC_URL:-}" ]; then
  { answers /health/ready && answers /greet; } || back 'the public address does not answer'
fi
#= applied
say "$image runs in $stack${before:+; back: deploy/update.sh $environment $before}"
