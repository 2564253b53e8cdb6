#!/bin/sh
# Makes the links to the runbook open outside of this repository: writes the address in ops/repository-url before each path of
# ops/runbook. Without that file the paths stay as they are.
#
#   ops/links.sh <FILE              prints a file with these links
#   ops/links.sh FOLDER FILE...     copies files to a folder, with these links
set -eu

url='' file=$(dirname "$0")/repository-url
[ ! -f "$file" ] || url=$(cat "$file")
# Without a slash at its end; what `sed` would not take literally is escaped.
url=$(printf '%s' "$url" | sed -e 's|/*$||' -e 's/[\\&|]/\\&/g')
link() { sed "s|\([^/]\)ops/runbook/|\1${url:+$url/}ops/runbook/|g"; }

if [ "$#" = 0 ]; then
  link
  exit
fi
folder=$1
shift
# Programs that run as other users read the copies.
umask 022
mkdir -p "$folder"
for file; do
  link <"$file" >"$folder/${file##*/}"
done
