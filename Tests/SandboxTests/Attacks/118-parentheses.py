# ends: syntax error | out of memory | crash
# stopped by: interpreter
# source: "(" * 200000 + ")" * 200000
