#!/bin/sh
# Prints the alert rules of ops/alerts as one PrometheusRule, the object from which the Prometheus Operator reads rules.
set -eu
cd "$(dirname "$0")/../ops/alerts"

cat <<END
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: <% name_label %>
  namespace: <% name_label %>
  labels:
    app.kubernetes.io/name: <% name_label %>
spec:
  groups:
END
# The groups of each file, two columns to the right.
for file in *.yml; do
  sed -e '/^groups:$/d' -e '/^#/d' -e 's/^\(.\)/  \1/' "$file" | ../links.sh
done
