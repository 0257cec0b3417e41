#!/bin/sh
# Scores the same samples with evalplus and with evalkit, one after the other, and prints wall time, peak
# memory and every verdict that differs. --help lists the options; those of with-evalplus.sh are taken too.
exec "$(dirname -- "$0")/with-evalplus.sh" compare-evalplus.py "$@"
