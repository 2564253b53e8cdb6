#!/bin/sh
# Deploys what watches the service, with the rules of ops/alerts as they are now: run it when they, or deploy/monitoring, changed.
set -eu
cd "$(dirname "$0")/monitoring"

# A build reads only the files of its folder.
rm -rf alerts
mkdir alerts
cp ../../ops/alerts/*.yml alerts/
flyctl deploy . --config fly.toml --ha=false --yes
