#!/bin/sh
# Creates a policy in Cloud Monitoring for each alert rule of ops/alerts, which evaluates it where the metrics are:
#
#   deploy/alerts.sh          creates the policies in the project PROJECT, and updates those that are there
#   deploy/alerts.sh print    prints them, a JSON object in each line
#
# PAGE and TICKET are the notification channels for the two severities: projects/PROJECT/notificationChannels/NUMBER.
# A policy cannot use a recording rule, so the expression of one takes the place of its name. It has no `keep_firing_for`, so one
# fault may be several incidents. The rules about a Prometheus server are left out.
set -eu
cd "$(dirname "$0")/../ops/alerts"

fail() {
  echo "alerts.sh: $*" >&2
  exit 2
}
case ${1:-} in
  '') [ -n "${PROJECT:-}" ] && [ -n "${PAGE:-}" ] && [ -n "${TICKET:-}" ] || fail 'set PROJECT, PAGE and TICKET' ;;
  print) ;;
  *) fail "unknown argument $1" ;;
esac

policies() {
  awk -v service='<% run_name %>' -v page="${PAGE:-}" -v ticket="${TICKET:-}" '
    function quoted(text) { gsub(/\\/, "\\\\", text); gsub(/"/, "\\\"", text); return "\"" text "\"" }
    function seconds(time) { return time + 0 ? time * (time ~ /h$/ ? 3600 : time ~ /m$/ ? 60 : 1) "s" : "0s" }
    # The recording rules in an expression, replaced.
    function whole(text,   out, word, start) {
      while (match(text, /[a-zA-Z_:][a-zA-Z0-9_:]*/)) {
        start = RSTART
        word = substr(text, start, RLENGTH)
        out = out substr(text, 1, start - 1)
        text = substr(text, start + length(word))
        out = out (word in record ? "(" whole(record[word]) ")" : word)
      }
      return out text
    }
    function finish() {
      if (kind == "record") record[name] = expr
      if (kind == "alert" && group != "monitoring") {
        order[++count] = name; exprs[name] = expr; groups[name] = group; waits[name] = wait
        severities[name] = severity; summaries[name] = summary; runbooks[name] = runbook
      }
      kind = wait = severity = summary = runbook = expr = ""
    }
    function rest() { sub(/^[^:]*: */, ""); return $0 }
    /^ *#/ { next }
    /^  - name: / { finish(); group = rest(); next }
    /^      - (record|alert): / { finish(); kind = $2; sub(/:$/, "", kind); name = rest(); next }
    /^        expr: \|$/ { block = 1; next }
    block && /^          / { sub(/^ */, ""); expr = expr (expr == "" ? "" : " ") $0; next }
    { block = 0 }
    /^        expr: / { expr = rest() }
    /^        for: / { wait = rest() }
    /^          severity: / { severity = rest() }
    /^          summary: / { summary = rest(); gsub(/^"|"$/, "", summary); gsub(/\{\{[^}]*\}\}/, "…", summary) }
    /^          runbook_url: / { runbook = rest() }
    END {
      finish()
      for (i = 1; i <= count; i++) {
        name = order[i]; paged = severities[name] == "page"; channel = paged ? page : ticket
        printf "{\"displayName\":%s,\"combiner\":\"OR\",\"severity\":\"%s\",", quoted(service ": " name), paged ? "CRITICAL" : "WARNING"
        printf "\"userLabels\":{\"service\":%s},", quoted(service)
        printf "\"documentation\":{\"mimeType\":\"text/markdown\",\"content\":%s},", quoted(summaries[name] ". Runbook: " runbooks[name])
        printf "\"notificationChannels\":[%s],", channel == "" ? "" : quoted(channel)
        printf "\"conditions\":[{\"displayName\":%s,\"conditionPrometheusQueryLanguage\":{", quoted(name)
        printf "\"query\":%s,\"duration\":\"%s\",\"evaluationInterval\":\"30s\",", quoted(whole(exprs[name])), seconds(waits[name])
        printf "\"labels\":{\"severity\":%s},\"ruleGroup\":%s,", quoted(severities[name]), quoted(groups[name])
        printf "\"alertRule\":%s,\"disableMetricValidation\":true}}]}\n", quoted(name)
      }
    }' ./*.yml | ../links.sh
}

if [ "${1:-}" = print ]; then
  policies
  exit
fi
policy=$(mktemp)
trap 'rm -f "$policy"' EXIT
policies | while IFS= read -r line; do
  printf '%s\n' "$line" >"$policy"
  name=$(printf '%s\n' "$line" | sed 's/^{"displayName":"\([^"]*\)".*/\1/')
  known=$(gcloud monitoring policies list --project "$PROJECT" --filter "displayName=\"$name\"" --format 'value(name)')
  if [ -n "$known" ]; then
    gcloud monitoring policies update "$known" --project "$PROJECT" --policy-from-file "$policy" --quiet
  else
    gcloud monitoring policies create --project "$PROJECT" --policy-from-file "$policy" --quiet
  fi
done
