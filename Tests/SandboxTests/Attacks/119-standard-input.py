# ends: exception | wrong answer
# stopped by: descriptors
import io


def f(x):
    with io.open(0, closefd=False) as stream:
        return stream.read()
