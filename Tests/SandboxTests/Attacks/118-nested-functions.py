# ends: syntax error | out of memory | crash | exception
# stopped by: interpreter
# source: "f = " + "lambda x: " * 100000 + "0"
