# ends: exception
# stopped by: missing values
def f(x):
    raise BaseExceptionGroup("g" * 10**6, [SystemExit(0), GeneratorExit(), StopIteration(x * x + 7919)])
