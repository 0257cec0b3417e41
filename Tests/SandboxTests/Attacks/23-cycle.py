# ends: unsupported type
# stopped by: encoder
def f(x):
    a = []
    a.append(a)
    return a
