#!/bin/sh
# Has the workspace of an environment evaluate the rules of ops/alerts: each file is a namespace of it. Fails if it refuses one.
#
#   deploy/alerts.sh ENVIRONMENT
set -eu
cd "$(dirname "$0")/../ops/alerts"

workspace=$(aws cloudformation describe-stacks --stack-name "<% stack_name %>-${1:?staging or production}" \
  --query "Stacks[0].Outputs[?OutputKey=='Workspace'].OutputValue" --output text)

# The state of a namespace: CREATING, UPDATING, ACTIVE, or one that ends in FAILED. Empty if there is none.
state() {
  aws amp describe-rule-groups-namespace --workspace-id "$workspace" --name "$1" \
    --query "ruleGroupsNamespace.status.$2" --output text 2>/dev/null || true
}

linked=$(mktemp -d)
trap 'rm -rf "$linked"' EXIT
../links.sh "$linked" ./*.yml
for file in *.yml; do
  name=${file%.yml}
  case $(state "$name" statusCode) in
    '') action=create ;;
    *) action=put ;;
  esac
  aws amp "$action-rule-groups-namespace" --workspace-id "$workspace" --name "$name" --data "fileb://$linked/$file" >/dev/null
done
for file in *.yml; do
  name=${file%.yml} tries=0
  while :; do
    code=$(state "$name" statusCode) tries=$((tries + 1))
    case $code in
      ACTIVE) break ;;
      *ING) [ "$tries" -lt 60 ] && sleep "${PAUSE:-5}" && continue ;;
    esac
    echo "alerts.sh: $file is not evaluated (${code:-no state}): $(state "$name" statusReason)" >&2
    exit 1
  done
done
