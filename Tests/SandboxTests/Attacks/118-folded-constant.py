# ends: per-test timeout | total timeout | out of memory | syntax error | wrong answer
# stopped by: interpreter
# What the compiler would compute for ever it leaves to the program.
def f(x):
    if x < 0:
        return 9**9**9, "x" * 10**12, (1,) * 10**9, 1 << 10**12
    return 0
