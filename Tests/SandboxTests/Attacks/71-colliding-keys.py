# task: dict
# ends: wrong answer | output too large | per-test timeout
# stopped by: judge
def f(x):
    return {i * ((1 << 61) - 1): i for i in range(3000)}
