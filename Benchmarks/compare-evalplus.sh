#!/bin/sh
# Scores the same samples with evalplus and with evalkit, one after the other, and prints wall time, peak
# memory and every verdict that differs. See compare-evalplus.py --help for the options; these two are ours:
#
#   --venv DIR              where evalplus is installed (default .build-peers/evalplus-0.3.1)
#   --evalplus-checkout DIR run evalplus from a checkout, with the dependencies of the release
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
release=0.3.1
venv="$root/.build-peers/evalplus-$release"
checkout=

# Takes our two options out and leaves the rest to the Python program.
count=$#
while [ "$count" -gt 0 ]; do
  argument=$1
  shift
  count=$((count - 1))
  case $argument in
    --venv | --evalplus-checkout)
      if [ "$count" -eq 0 ]; then
        echo "$argument needs a folder" >&2
        exit 2
      fi
      if [ "$argument" = --venv ]; then venv=$1; else checkout=$(CDPATH= cd -- "$1" && pwd); fi
      shift
      count=$((count - 1))
      ;;
    *) set -- "$@" "$argument" ;;
  esac
done

if ! "$venv/bin/python" -c "import importlib.metadata as m; assert m.version('evalplus') == '$release'" \
  2>/dev/null; then
  echo "installing evalplus $release into $venv" >&2
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet "evalplus==$release"
fi
if [ -n "$checkout" ]; then
  PYTHONPATH="$checkout"
  export PYTHONPATH
fi
exec "$venv/bin/python" "$root/Benchmarks/compare-evalplus.py" "$@"
