# ends: exception | wrong answer | crash
# stopped by: judge
import _xxsubinterpreters


def f(x):
    _xxsubinterpreters.run_string(_xxsubinterpreters.create(), "import posix; posix.write(3, b'')")
    return 0
