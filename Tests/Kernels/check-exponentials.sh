#!/bin/sh
# exponentials() of every number: the error that it promises, and the same bits with and without an instruction for
# fused multiplications and additions. Half a minute.
#
#   Tests/Kernels/check-exponentials.sh
#
# Needs an x86-64 machine with AVX2 and FMA, and clang.
set -eu
folder=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
build=$(mktemp -d "${TMPDIR:-/tmp}/evalkit-exponentials.XXXXXX")
trap 'rm -rf "$build"' EXIT INT TERM
kernels=$folder/../../Sources/EngineKernels

# powers NAME [FLAG ...]
powers() {
  name=$1
  shift
  clang "$@" -O2 -Wall -Wextra -Werror -std=gnu2x -ffp-contract=off -I"$kernels" -I"$kernels/include" \
    "$folder/exponentials.c" -o "$build/$name" -lm
  "$build/$name" > "$build/$name.line" || { cat "$build/$name.line"; echo "FAILED $name"; exit 1; }
}
powers fused -mavx2 -mfma -DEK_HAS_FMA
powers double
cat "$build/fused.line"
diff "$build/fused.line" "$build/double.line"
echo "same   without fused multiplications and additions"
