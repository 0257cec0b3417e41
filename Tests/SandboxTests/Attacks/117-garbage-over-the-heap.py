# ends: crash | exited early | protocol violation | wrong answer | exception | per-test timeout | total timeout
# stopped by: missing values
import ctypes


def f(x):
    ctypes.memset(id(f) - 4096, 0x41, 1 << 16)
    return x * x + 7919
