#!/bin/sh
# Prints the image that the replicas of an environment run, by its digest. More lines: several versions; none: no replica runs.
#
#   deploy/running.sh ENVIRONMENT
set -eu

name=<% stack_name %>-${1:?staging or production}
tasks=$(aws ecs list-tasks --cluster "$name" --service-name "$name" --desired-status RUNNING --query 'taskArns[]' --output text)
[ -n "$tasks" ] || exit 0
# Each ARN is an argument of its own.
# shellcheck disable=SC2086
images=$(aws ecs describe-tasks --cluster "$name" --tasks $tasks --query "tasks[].containers[] | [?name=='app'].image" --output text)
printf '%s\n' "$images" | tr '\t' '\n' | sort -u
