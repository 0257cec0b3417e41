# ends: missing entry point | out of memory | total timeout
# stopped by: judge
# source: "# " + "x" * 10000000 + "\n"
