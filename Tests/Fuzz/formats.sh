#!/bin/sh
# Fuzzes the readers of safetensors, GGUF, config.json, tokenizer.json, chat templates and packed weights: builds them
# with libFuzzer and AddressSanitizer, runs each on its kept corpus for SECONDS and adds what it found, minimised, to
# the corpus. A finding ends it with an input that shows it: fix it, and keep the input in formats/findings, which
# FormatCorpusTests replays together with the corpus.
#
#   Tests/Fuzz/formats.sh [SECONDS [READER...]]      (default 600, all; 0 only replays what is kept)
#
# Needs Swift's toolchain (swiftc has libFuzzer), libjson-c-dev and Python.
set -eu
folder=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$folder/../..
seconds=${1:-600}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- S G C T J P
build="$root/.build-fuzz"
mkdir -p "$build/formats" "$build/findings" "$folder/formats/findings"

engine=$root/Sources/DiffusionEngine
features="-swift-version 6 -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
  -enable-upcoming-feature MemberImportVisibility"
flags="$features -O -g -sanitize=fuzzer,address -parse-as-library -I $root/Sources/CJSONC"
cd "$build/formats"
# shellcheck disable=SC2086 # the flags are several words
{
  swiftc $flags -module-name JSON -package-name evalkit -emit-module -emit-module-path JSON.swiftmodule \
    -emit-object -wmo -o JSON.o "$root"/Sources/JSON/*.swift
  # The readers, and no weights or kernels.
  swiftc $flags -I . -module-name Readers -wmo -o readers -D FUZZING "$folder/formats/entry.swift" \
    "$root/Tests/DiffusionEngineTests/FormatReader.swift" "$engine/EngineError.swift" \
    "$engine"/Template/*.swift "$engine"/Tokens/*.swift JSON.o -ljson-c \
    $(for name in Architecture Checkpoint CheckpointFolder ConfigurationFields ConfigurationNames ElementType GGUF \
      GGUFConfiguration GGUFCursor GGUFElementType GGUFTensors GGUFValue MappedFile ModelConfiguration NetworkTensors PackedHeader \
      Precision QuantizedBlock \
      RowOrder Safetensors TensorNames TensorTable; do
      [ ! -f "$engine/Checkpoint/$name.swift" ] || echo "$engine/Checkpoint/$name.swift"
    done)
}

export ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no
for reader; do
  kept="$folder/formats/corpus/$reader"
  found="$build/corpus-$reader"
  mkdir -p "$kept" "$found"
  python3 "$folder/formats/seeds.py" "$reader" "$found" "$root/Tests/DiffusionEngineTests/Fixtures"
  # Seconds of the wall: the machine may be busy.
  limits="-timeout=120 -report_slow_units=120 -rss_limit_mb=2048 -artifact_prefix=$build/findings/"
  if [ "$seconds" -eq 0 ]; then
    # shellcheck disable=SC2086
    ./readers $limits -runs=0 "$kept" "$found" "$folder/formats/findings"
    continue
  fi
  # shellcheck disable=SC2086
  ./readers $limits -max_total_time="$seconds" -max_len=40000 -len_control=50 -dict="$folder/formats.dict" \
    -print_final_stats=1 "$found" "$kept"
  rm -rf "$build/minimised-$reader"
  mkdir "$build/minimised-$reader"
  # What reaches a line of its own is kept, not what passes one more often: five times as many files.
  # shellcheck disable=SC2086
  ./readers $limits -merge=1 -use_counters=0 -max_len=4096 "$build/minimised-$reader" "$kept" "$found"
  rm -rf "$kept"
  mv "$build/minimised-$reader" "$kept"
  du -sb "$kept"
done
