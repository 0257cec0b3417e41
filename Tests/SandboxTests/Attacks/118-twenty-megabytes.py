# ends: out of memory
# stopped by: judge
# source: "#" + "x" * 20000000
# Reading it takes time and memory before the process is locked down, so it is not run at all.
