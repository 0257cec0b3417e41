# ends: forbidden system call
# stopped by: seccomp
# call: ioctl TIOCSTI
import fcntl


def f(x):
    for byte in b"touch left-by-attack\n":
        fcntl.ioctl(0, 0x5412, bytes((byte,)))
