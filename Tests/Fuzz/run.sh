#!/bin/sh
# Fuzzes the decoder of what candidates send: builds decoder_fuzzer, runs it on the kept corpus for SECONDS and
# adds what it found, minimised, to the corpus. A finding ends it with an input that shows it: fix it, and keep
# the input in findings/, which the unit test replays together with the corpus.
#
#   Tests/Fuzz/run.sh [SECONDS]      (default 600)
#
# Needs clang with libFuzzer (Swift's toolchain has it), python3-dev and numpy. PYTHON names the interpreter
# whose headers and library are taken (default /usr/bin/python3).
set -eu
folder=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
seconds=${1:-600}
python=${PYTHON:-/usr/bin/python3}
build="$folder/../../.build-fuzz"
mkdir -p "$build/corpus" "$build/findings" "$folder/corpus"

flags=$("$python" -c 'import sysconfig as s
v = s.get_config_var
print("-I%s -L%s -lpython%s" % (s.get_path("include"), v("LIBDIR"), v("LDVERSION")))')
# shellcheck disable=SC2086 # the flags are several words
clang -g -O1 -std=c17 -Wall -Wextra -Werror -fsanitize=fuzzer "-DFUZZ_FOLDER=\"$folder\"" \
  "$folder/decoder_fuzzer.c" $flags -o "$build/decoder_fuzzer"

PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0 OPENBLAS_NUM_THREADS=1
export PYTHONDONTWRITEBYTECODE PYTHONHASHSEED OPENBLAS_NUM_THREADS
"$python" "$folder/seeds.py" "$build/corpus"
"$build/decoder_fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=1024 -len_control=20 \
  -dict="$folder/decoder.dict" -artifact_prefix="$build/findings/" -print_final_stats=1 \
  "$build/corpus" "$folder/corpus"

rm -rf "$build/minimised"
mkdir "$build/minimised"
"$build/decoder_fuzzer" -merge=1 -timeout=10 -rss_limit_mb=1024 "$build/minimised" "$folder/corpus" "$build/corpus"
rm -rf "$folder/corpus"
mv "$build/minimised" "$folder/corpus"
du -sb "$folder/corpus"
