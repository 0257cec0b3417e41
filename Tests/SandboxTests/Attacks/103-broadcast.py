# task: wide
# ends: wrong answer
# stopped by: judge
# A column against a row makes a table of 900 million numbers, several times over.
def f(x):
    return [[float(x)]] * 30000
