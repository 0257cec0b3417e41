# task: dict
# ends: unsupported type
# stopped by: encoder
def f(x):
    a = {}
    a["a"], a["b"] = (a,), {1: [a]}
    return a
