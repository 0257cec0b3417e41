# ends: exception | wrong answer
# stopped by: missing values
import builtins

vars(builtins).clear()


def f(x):
    return 0
