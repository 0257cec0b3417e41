# ends: forbidden system call
# stopped by: seccomp
# call: seccomp
import ctypes


def f(x):
    program = (ctypes.c_uint64 * 1)(0x7FFF0000_00000006)
    header = (ctypes.c_uint64 * 2)(1, ctypes.addressof(program))
    return ctypes.CDLL(None).syscall(317, 1, 0, header)
