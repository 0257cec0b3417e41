# ends: forbidden system call
# stopped by: seccomp
# call: process_vm_writev
import ctypes
import os


def f(x):
    vector = (ctypes.c_uint64 * 2)(id(f), 8)
    return ctypes.CDLL(None).process_vm_writev(os.getppid(), vector, 1, vector, 1, 0)
