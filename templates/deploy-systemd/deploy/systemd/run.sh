#!/bin/sh
# Runs a command of the service as the service itself, with its settings, its credentials and its user. As root:
#
#   run.sh migrate
set -eu

home=/opt/<% name_label %>
# shellcheck disable=SC2016 # The folder of the credentials is known only inside.
exec systemd-run --quiet --wait --pipe --collect --service-type=exec \
  --property=DynamicUser=yes --property=User=<% user %> --property=UMask=0077 \
  --property=ProtectSystem=strict --property=ProtectHome=yes --property=PrivateDevices=yes \
  --property=EnvironmentFile="$home/fixed.env" --property=EnvironmentFile=/etc/<% name_label %>/settings.env \
  #= state
  #~ for secret in secret_list
  --property=LoadCredential=<% secret.key %>:/etc/<% name_label %>/credentials/<% secret.key %> \
  #~ endfor
  /bin/sh -euc '
    #~ for secret in secret_list
    export <% secret.name %>_FILE="$CREDENTIALS_DIRECTORY/<% secret.key %>"
    #~ endfor
    exec "$@"' run "$home/current/<% name %>" "$@"
