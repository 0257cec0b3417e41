#!/bin/sh
# The portable kernels give the same bits on aarch64 (in QEMU's user mode) as here, and a machine gets the instruction
# set that it has: QEMU's x86 knows AVX2 and no AVX-512.
#
#   Tests/Kernels/check-aarch64.sh
#
# Needs an x86-64 machine, clang, and Debian's qemu-user and gcc-aarch64-linux-gnu (C library, linker).
set -eu
folder=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
kernels=$folder/../../Sources/EngineKernels
build=$(mktemp -d "${TMPDIR:-/tmp}/evalkit-kernels.XXXXXX")
trap 'rm -rf "$build"' EXIT INT TERM
for tool in clang qemu-aarch64 qemu-x86_64 aarch64-linux-gnu-gcc; do
  command -v "$tool" > /dev/null && continue
  echo "check-aarch64: no $tool: install clang and Debian's qemu-user and gcc-aarch64-linux-gnu" >&2
  exit 2
done

# compile MACHINE [FLAG ...]: objects in $build/MACHINE, with the flags of Package.swift.
compile() {
  machine=$1
  shift
  mkdir "$build/$machine"
  for file in "$kernels"/*.c "$folder/fingerprint.c"; do
    clang "$@" -c -O2 -Wall -Wextra -Werror -std=gnu2x -ffp-contract=off -I"$kernels/include" "$file" \
      -o "$build/$machine/$(basename "$file").o"
  done
}
compile here
clang "$build"/here/*.o -static -o "$build/here/fingerprint" -lpthread -lm
compile aarch64 --target=aarch64-linux-gnu --sysroot=/usr/aarch64-linux-gnu -isystem /usr/aarch64-linux-gnu/include
aarch64-linux-gnu-gcc "$build"/aarch64/*.o -static -o "$build/aarch64/fingerprint" -lpthread -lm

# same NAME FILE COMMAND...: its lines are those of FILE.
failed=0
same() {
  name=$1 expected=$2
  shift 2
  # QEMU warns of features that its model lacks.
  if ! "$@" > "$build/lines" 2> "$build/warnings"; then
    cat "$build/warnings"
    echo "FAILED $name"
    failed=1
  elif diff "$expected" "$build/lines"; then
    echo "same   $name"
  else
    echo "DIFFER $name"
    failed=1
  fi
}
"$build/here/fingerprint" portable | tee "$build/portable"
same "portable on aarch64" "$build/portable" qemu-aarch64 "$build/aarch64/fingerprint" portable
same "portable on x86-64 of 2003" "$build/portable" qemu-x86_64 -cpu qemu64 "$build/here/fingerprint" portable

for cpu in Haswell max; do
  status=0
  qemu-x86_64 -cpu "$cpu" "$build/here/fingerprint" avx512 > "$build/lines" 2>&1 || status=$?
  if [ "$status" -eq 3 ]; then
    echo "same   no AVX-512 on QEMU's $cpu"
  else
    cat "$build/lines"
    echo "FAILED AVX-512 on QEMU's $cpu: status $status, not 3"
    failed=1
  fi
  if "$build/here/fingerprint" avx2 > "$build/avx2"; then
    same "AVX2 on QEMU's $cpu" "$build/avx2" qemu-x86_64 -cpu "$cpu" "$build/here/fingerprint" avx2
  fi
done
exit "$failed"
