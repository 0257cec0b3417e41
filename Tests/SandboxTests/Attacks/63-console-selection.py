# ends: forbidden system call
# stopped by: seccomp
# call: ioctl TIOCLINUX
import ctypes


def f(x):
    return ctypes.CDLL(None).ioctl(1, 0x541C, b"\x03")
