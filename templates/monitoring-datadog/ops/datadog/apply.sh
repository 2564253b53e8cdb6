#!/bin/sh
# Creates in Datadog what the files beside this script describe, or updates what has the same name: the tags of the
# distribution, then the objectives, their monitors and the dashboard. Running it again changes nothing else.
#
# DD_API_KEY and DD_APP_KEY are the keys, DD_SITE is the site of the account, such as datadoghq.eu. NOTIFY_PAGE and
# NOTIFY_TICKET receive the notifications, such as @pagerduty-shop and @slack-shop. Needs curl and jq.
set -eu
cd "$(dirname "$0")"
: "${DD_API_KEY:?is the API key}" "${DD_APP_KEY:?is the application key}"
: "${NOTIFY_PAGE:?receives pages, such as @pagerduty-shop}" "${NOTIFY_TICKET:?receives tickets, such as @slack-shop}"
case $DD_API_KEY$DD_APP_KEY in
  *[!A-Za-z0-9_-]*)
    echo 'apply.sh: a key of Datadog has only letters, digits, - and _' >&2
    exit 2
    ;;
esac
api=${DD_API_URL:-https://api.${DD_SITE:-datadoghq.com}}

# Calls METHOD PATH with the body on standard input. The keys are in a file of curl's configuration that is never on a disk,
# because the arguments of a program are visible to every user of the host.
call() {
  cat >"$work/body"
  printf 'header = "DD-API-KEY: %s"\nheader = "DD-APPLICATION-KEY: %s"\n' "$DD_API_KEY" "$DD_APP_KEY" |
    curl --silent --show-error --fail-with-body --max-time 30 --retry 3 --config - --request "$1" \
      --header 'Content-Type: application/json' --data-binary @"$work/body" "$api$2"
}

# Reads PATH.
read_from() {
  printf 'header = "DD-API-KEY: %s"\nheader = "DD-APPLICATION-KEY: %s"\n' "$DD_API_KEY" "$DD_APP_KEY" |
    curl --silent --show-error --fail-with-body --max-time 30 --retry 3 --config - "$api$1"
}

# Creates or updates each object of the list on standard input. LIST is a filter for the known objects in `known`, PATH is
# where they are, NAME is the field with their name.
apply() {
  list=$1 path=$2 name=$3
  jq --compact-output '.[]' >"$work/wanted"
  while read -r object; do
    title=$(printf '%s' "$object" | jq --raw-output ".$name")
    id=$(jq --raw-output --arg title "$title" "first($list | select(.$name == \$title) | .id) // empty" "$work/known")
    if [ -n "$id" ]; then
      printf '%s' "$object" | call PUT "$path/$id" >/dev/null
      echo "updated: $title"
    else
      printf '%s' "$object" | call POST "$path" >/dev/null
      echo "created: $title"
    fi
  done <"$work/wanted"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
metric=$(jq --raw-output .data.id distributions.json)
# Datadog knows the metric once it has received a value.
call POST "/api/v2/metrics/$metric/tags" <distributions.json >/dev/null 2>&1 ||
  call PATCH "/api/v2/metrics/$metric/tags" <distributions.json >/dev/null || {
  echo "apply.sh: the tags of $metric cannot be set: has Datadog received it, and may the application key manage tags?" >&2
  exit 1
}

read_from '/api/v1/slo?limit=1000&tags_query=service:<% name %>' >"$work/known"
apply '.data[]' /api/v1/slo name <slo.json

# A monitor of a burn rate names its objective; Datadog wants the id.
read_from '/api/v1/slo?limit=1000&tags_query=service:<% name %>' >"$work/objectives"
../links.sh <monitors.json | jq --slurpfile known "$work/objectives" --arg page "$NOTIFY_PAGE" --arg ticket "$NOTIFY_TICKET" '
  ($known[0].data | map({key: .name, value: .id}) | from_entries) as $ids
  | map(
      .message |= (gsub("@NOTIFY_PAGE"; $page) | gsub("@NOTIFY_TICKET"; $ticket))
      | if .type == "slo alert"
        then .query |= capture("^burn_rate\\(\"(?<name>[^\"]+)\"\\)(?<rest>.*)$")
          | .query = "burn_rate(\"\($ids[.query.name] // error("no objective \(.query.name)"))\")\(.query.rest)"
        else . end)
' >"$work/monitors"
read_from '/api/v1/monitor?monitor_tags=service:<% name %>' >"$work/known"
apply '.[]' /api/v1/monitor name <"$work/monitors"

read_from /api/v1/dashboard >"$work/known"
../links.sh <dashboard.json | jq '[.]' | apply '.dashboards[]' /api/v1/dashboard title
