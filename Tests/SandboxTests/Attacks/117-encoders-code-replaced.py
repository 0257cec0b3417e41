# ends: wrong answer | protocol violation | crash
# stopped by: judge
# The code object of the encoder's method is exchanged under it.
import gc

gc.unfreeze()


def mine(self, value, depth):
    self.put(b"i" + bytes(8))


def f(x):
    for thing in gc.get_objects():
        if type(thing) is type(mine) and thing.__name__ == "value" and thing.__code__.co_argcount == 3:
            thing.__code__ = mine.__code__
    return x
