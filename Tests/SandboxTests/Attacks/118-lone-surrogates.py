# ends: syntax error
# stopped by: interpreter
# source: "def f(x):\n    return x * x + 7919  # \ud800\n"
