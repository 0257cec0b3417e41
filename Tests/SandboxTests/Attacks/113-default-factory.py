# task: dict
# ends: wrong answer
# stopped by: judge
import collections


def f(x):
    return collections.defaultdict(lambda: x * x, {"a": 0})
