#!/bin/sh
# Has evalplus' own evaluator read the result files that evalkit writes, of runs and of other result files, and
# compares the scores that it prints with evalkit's. --help lists the options.
exec "$(dirname -- "$0")/with-evalplus.sh" evalplus-reads.py "$@"
