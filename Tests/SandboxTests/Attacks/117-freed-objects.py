# ends: crash | exited early | wrong answer | exception | protocol violation
# stopped by: missing values
import ctypes


def f(x):
    for thing in (None, True, 0, 1, (), "", b"", f, type, object):
        ctypes.c_ssize_t.from_address(id(thing)).value = 1
    a = [None, True, (), ""] * 1000
    del a
    return 0
