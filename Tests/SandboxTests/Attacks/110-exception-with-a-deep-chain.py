# ends: exception
# stopped by: missing values
def f(x):
    error = ValueError()
    for _ in range(100_000):
        try:
            raise ValueError from error
        except ValueError as newer:
            error = newer
    raise error
