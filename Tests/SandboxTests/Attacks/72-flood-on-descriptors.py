# ends: wrong answer
# stopped by: descriptors
import posix


def f(x):
    for descriptor in (1, 2):
        for _ in range(500):
            posix.write(descriptor, b"Traceback of an attack\n" * 1000)
    return 0
