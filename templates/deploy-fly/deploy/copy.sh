#!/bin/sh
# Copies an image into the registry of Fly.io, the only private one that its machines can read, and prints its name there:
#
#   deploy/copy.sh registry.example.com/name@sha256:…
#
# The machines have processors of the kind amd64, so only that image is copied. It needs skopeo, logged in to the registry of the
# image if that is private, and FLY_API_TOKEN or `fly auth login`.
set -eu
cd "$(dirname "$0")/.."

image=${1:-}
case $image in
  *@sha256:*) ;;
  *)
    echo 'copy.sh: the first argument is an image with its digest: registry/name@sha256:…' >&2
    exit 2
    ;;
esac
app=$(sed -n 's/^app = "\(.*\)"$/\1/p' fly.toml)
token=${FLY_API_TOKEN:-$(flyctl auth token)}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The token is stored in no file that stays.
printf '%s' "$token" | skopeo login --authfile "$folder/login" --username x --password-stdin registry.fly.io >&2
# The tag keeps the image from being cleaned up; the digest is deployed.
skopeo copy --dest-authfile "$folder/login" --override-os linux --override-arch amd64 --digestfile "$folder/digest" \
  "docker://$image" "docker://registry.fly.io/$app:${image##*@sha256:}" >&2
echo "registry.fly.io/$app@$(cat "$folder/digest")"
