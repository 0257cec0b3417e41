# ends: exception
# stopped by: seccomp
# says: PermissionError
# Nothing can be opened but for reading, and such a file has no writable mapping.
import mmap
import os
import posix


def f(x):
    target = posix.open(os.__file__, posix.O_RDONLY)
    mapping = mmap.mmap(target, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
    mapping[0:4] = b"left"
    return x * x + 7919
