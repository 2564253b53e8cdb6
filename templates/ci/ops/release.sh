#!/bin/sh
# Makes the files of a release in dist/, as CI does for a tag:
#
#   ops/release.sh v1.2.0
#
# The program for this machine, its bill of materials (CycloneDX), their checksums, and notes.md: the section of the version
# in CHANGELOG.md. The tag must be the version in Cargo.toml, with a `v` before it. Needs cargo-cyclonedx.
set -eu
cd "$(dirname "$0")/.."

fail() {
  echo "release.sh: $*" >&2
  exit 1
}

version=${1#v}
[ "$1" = "v$version" ] || fail "the tag $1 does not start with a v"
stated=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
[ "$version" = "$stated" ] || fail "the tag is $1, but Cargo.toml has the version $stated"
rm -rf dist
mkdir dist
awk -v title="## $version" '/^## /{found = $0 == title || index($0, title " ") == 1; next} found' CHANGELOG.md >dist/notes.md
grep -q . dist/notes.md || fail "CHANGELOG.md has no section \"## $version\""

cargo build --release --locked
cargo cyclonedx --quiet --format json --spec-version 1.5
name=<% name %>-$version
mv <% name %>.cdx.json "dist/$name.cdx.json"
tar -czf "dist/$name-$(uname -m)-linux.tar.gz" -C target/release <% name %>
cd dist
sha256sum "$name"* >"$name.sha256"
