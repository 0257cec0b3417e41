#!/bin/sh
# Our matrix products against oneDNN's at the shapes of Qwen2.5-Coder: speed; with --bits whether a row's products
# keep their bits whatever else is computed; with --fused speed together with what follows a product. What it showed,
# and what follows from it: Benchmarks/kernels/README.md.
#
# usage: Benchmarks/compare-onednn.sh [rows [NAME]] | --bits [NAME] | --fused [NAME]
#
# Installs Debian's libdnnl-dev as root where it is missing. ONEDNN=FOLDER takes another build: FOLDER/include and
# FOLDER/lib. Threads of OpenMP sleep while they wait unless OMP_WAIT_POLICY says otherwise: on a machine that is not
# idle, spinning would count as oneDNN's own work.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
onednn=${ONEDNN:-}
if [ -z "$onednn" ] && ! dpkg -s libdnnl-dev > /dev/null 2>&1; then
  apt-get install -y libdnnl-dev >&2
fi
build=$(mktemp -d "${TMPDIR:-/tmp}/evalkit-onednn.XXXXXX")
trap 'rm -rf "$build"' EXIT INT TERM
kernels=$root/Sources/EngineKernels
# Flags as in Package.swift.
for file in "$kernels"/*.c; do
  clang -c -O2 -Wall -Wextra -Werror -std=gnu2x -ffp-contract=off -I"$kernels/include" "$file" \
    -o "$build/$(basename "$file").o"
done
clang++ -O2 -Wall -Wextra -Werror -std=c++20 -I"$kernels/include" ${onednn:+-I"$onednn/include"} \
  "$root"/Benchmarks/kernels/onednn/*.cpp "$build"/*.o -o "$build/compare-onednn" \
  ${onednn:+-L"$onednn/lib" -Wl,-rpath,"$onednn/lib"} -ldnnl -l:libgomp.so.1 -lpthread -lm
OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
export OMP_WAIT_POLICY
"$build/compare-onednn" "$@"
