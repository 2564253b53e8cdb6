#!/bin/sh
# Deploys what watches the service, with the rules of ops/alerts as they are now: run it when they, or deploy/monitoring, changed.
set -eu
cd "$(dirname "$0")/monitoring"

name() { sed -n 's/^app = "\(.*\)"$/\1/p' "$1"; }
app=$(name ../../fly.toml) watch=$(name fly.toml)
is_named() { grep -F -q "names: [$1]" prometheus.yml; }
if ! is_named "$app.internal" || ! is_named "alertmanager.process.$watch.internal"; then
  echo "monitoring.sh: prometheus.yml does not name the apps $app and $watch of the two files fly.toml" >&2
  exit 2
fi

# A build reads only the files of its folder.
rm -rf alerts
../../ops/links.sh alerts ../../ops/alerts/*.yml
flyctl deploy . --config fly.toml --ha=false --yes
