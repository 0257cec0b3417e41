# ends: syntax error | out of memory | crash | exception
# stopped by: interpreter
# source: "x = " + "-" * 200000 + "1"
