# ends: forbidden system call
# stopped by: seccomp
# call: chroot
import posix


def f(x):
    posix.chroot(".")
