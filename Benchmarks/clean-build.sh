#!/bin/sh
# Wall time of a release build from nothing, into a scratch folder of its own that is removed again. The
# package manager's cache of cloned repositories is left as it is.
#
# usage: Benchmarks/clean-build.sh [argument of swift build ...]
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/evalkit-clean-build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT INT TERM
begin=$(date +%s)
swift build -c release --package-path "$root" --scratch-path "$scratch" "$@"
end=$(date +%s)
echo "clean release build: $((end - begin)) s on $(nproc) cores, $(du -sm "$scratch" | cut -f1) MiB"
