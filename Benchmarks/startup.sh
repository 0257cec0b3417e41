#!/bin/sh
# How long `evalkit --help` takes: the median, fastest and slowest of 30 starts, warm, and cold where the
# page cache may be dropped (as root).
#
# usage: Benchmarks/startup.sh [EVALKIT]     default: .build/release/evalkit
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
evalkit=${1:-$root/.build/release/evalkit}
if [ ! -x "$evalkit" ]; then
  echo "$evalkit is not there: swift build -c release" >&2
  exit 1
fi
exec python3 -I - "$evalkit" <<'EOF'
import os, statistics, subprocess, sys, time

command = [sys.argv[1], "--help"]


def forget():
    """Drops the page cache; False where we may not."""
    os.sync()
    try:
        with open("/proc/sys/vm/drop_caches", "w") as switch:
            switch.write("1\n")
        return True
    except OSError:
        return False


def start():
    begin = time.perf_counter()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return 1000 * (time.perf_counter() - begin)


def report(name, times):
    print(f"{name}: median {statistics.median(times):.1f} ms, {min(times):.1f} to {max(times):.1f} ms, "
          f"{len(times)} starts")


start()
report("warm", [start() for _ in range(30)])
if forget():
    cold = []
    for _ in range(30):
        forget()
        cold.append(start())
    report("cold", cold)
else:
    print("cold: not measured, this user may not drop the page cache")
EOF
