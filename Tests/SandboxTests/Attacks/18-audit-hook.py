# ends: wrong answer
# stopped by: judge
import sys

sys.addaudithook(lambda event, arguments: None)


def f(x):
    return 0
