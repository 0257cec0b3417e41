# task: wide
# ends: wrong answer
# stopped by: judge
# As an array every item is as wide as the widest: 30,000 times 40 million bytes.
def f(x):
    return ["x" * 10_000_000] + [0.5] * 29999
