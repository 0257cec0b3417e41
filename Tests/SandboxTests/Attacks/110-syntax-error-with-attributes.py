# ends: exception
# stopped by: missing values
class N(int):
    __str__ = __repr__ = __eq__ = lambda self, *a: 1 / 0


def f(x):
    error = SyntaxError("a", ("f", 1, 1, "x"))
    error.lineno = N(3)
    error.msg = error.text = error.filename = N(0)
    raise error
