#!/bin/sh
# Copies an image into the registry that container-app.yaml names, which the identity of the app may read, and prints its name there:
#
#   deploy/copy.sh registry.example.com/name@sha256:…
#
# It needs skopeo, logged in to the registry of the image if that is private, and `az login`.
set -eu
cd "$(dirname "$0")"

image=${1:-}
case $image in
  *@sha256:*) ;;
  *)
    echo 'copy.sh: the first argument is an image with its digest: registry/name@sha256:…' >&2
    exit 2
    ;;
esac
server=$(sed -n 's/^ *- server: //p' container-app.yaml)
token=$(az acr login --name "${server%%.*}" --expose-token --query accessToken --output tsv)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The name that the registry expects with a token, which is stored in no file that stays.
user=00000000-0000-0000-0000-000000000000
printf '%s' "$token" | skopeo login --authfile "$folder/login" --username "$user" --password-stdin "$server" >&2
# The tag keeps the image from being cleaned up; the digest is deployed.
skopeo copy --dest-authfile "$folder/login" --all --digestfile "$folder/digest" \
  "docker://$image" "docker://$server/<% name_lower %>:${image##*@sha256:}" >&2
echo "$server/<% name_lower %>@$(cat "$folder/digest")"
