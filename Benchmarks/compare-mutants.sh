#!/bin/sh
# Scores thousands of changed reference solutions with evalplus and with evalkit and explains every verdict that
# differs. --help lists the options; those of with-evalplus.sh are taken too. evalplus's HEAD decides, so:
#
#   Benchmarks/compare-mutants.sh --evalplus-checkout DIR
exec "$(dirname -- "$0")/with-evalplus.sh" compare-mutants.py "$@"
