#!/bin/sh
# Runs a program of this folder with a Python that has evalplus: with-evalplus.sh PROGRAM.py OPTION...
# The options are the program's (see its --help), but for these two:
#
#   --venv DIR              where evalplus is installed (default .build-peers/evalplus-0.3.1)
#   --evalplus-checkout DIR run evalplus from a checkout, with the dependencies of the release
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
release=0.3.1
program=$1
shift
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
exec "$venv/bin/python" "$root/Benchmarks/$program" "$@"
