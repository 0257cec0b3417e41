# ends: wrong answer | out of memory | total timeout | missing entry point
# stopped by: total limit
# slow
# source: "x = 1\n" * 1600000 + "def f(x): return 0\n"
