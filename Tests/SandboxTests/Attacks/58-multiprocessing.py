# ends: exception
# stopped by: seccomp
# says: PermissionError
import multiprocessing


def f(x):
    with multiprocessing.Pool(2) as pool:
        return pool.map(abs, [x * x + 7919])[0]
