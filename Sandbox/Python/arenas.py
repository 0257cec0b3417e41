"""Where small objects lie: CPython takes pieces of memory, arenas, from the kernel, and in them pools of blocks of
one size.
"""

import ctypes
import sys

_SIZE = 1 << (20 if sys.version_info >= (3, 10) else 18)  # of CPython's arenas
_POOL = 1 << (14 if sys.version_info >= (3, 10) else 12)  # of its pools
_MOST = 64
KEPT = _MOST * _SIZE  # bytes that may be waiting


class Arenas(ctypes.Structure):
    """`struct arenas` of entry.h."""

    _fields_ = [("size", ctypes.c_uint64), ("count", ctypes.c_uint64), ("kept", ctypes.c_uint64 * _MOST)]


class Allocator(ctypes.Structure):
    """PyObjectArenaAllocator."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("context", "alloc", "free")]


_arenas = Arenas(size=_SIZE)
_open = None


def learn(take, give, open_pools):
    """Takes the functions at these addresses (Sandbox/entry), and has arenas that a program frees kept for what it
    makes next. HumanEval/15 has 1.3 GB mapped and cleared otherwise, where 60 MB would do: a third of its time."""
    global _open
    _open = ctypes.PYFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64)(open_pools)
    allocator = Allocator(ctypes.addressof(_arenas), take, give)
    ctypes.pythonapi.PyObject_SetArenaAllocator(ctypes.byref(allocator))


def open_pools():
    """Has what a forked process makes lie in new pools, one page for each size of block. Otherwise it would write into
    two old pages for each size, which have to be copied."""
    _open(ctypes.cast(ctypes.pythonapi.PyObject_Malloc, ctypes.c_void_p), _POOL)
