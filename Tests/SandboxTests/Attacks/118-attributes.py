# ends: syntax error | out of memory | crash | exception
# stopped by: interpreter
# source: "x = a" + ".a" * 200000
