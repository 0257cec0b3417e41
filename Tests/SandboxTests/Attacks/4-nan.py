# task: float
# ends: wrong answer
# stopped by: judge
def f(x):
    return float("nan")
