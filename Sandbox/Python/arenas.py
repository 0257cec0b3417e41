"""Where small objects lie: CPython takes pieces of memory, arenas, from the kernel, and in them pools of blocks of
one size.
"""

import ctypes
import sys

_SIZE = 1 << (20 if sys.version_info >= (3, 10) else 18)  # of CPython's arenas
_POOL, _HEAD = 1 << (14 if sys.version_info >= (3, 10) else 12), 48  # bytes of a pool, and before its first block
_MOST_POOLS = 16  # of a size that are filled, should a Python lay them out in another way
_MOST = 64
KEPT = _MOST * _SIZE  # bytes that may be waiting


class Arenas(ctypes.Structure):
    """`struct arenas` of entry.h."""

    _fields_ = [("size", ctypes.c_uint64), ("count", ctypes.c_uint64), ("kept", ctypes.c_uint64 * _MOST)]


class Allocator(ctypes.Structure):
    """PyObjectArenaAllocator."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("context", "alloc", "free")]


_arenas = Arenas(size=_SIZE)
_fillers = []


def keep(take, give):
    """Has arenas that a program frees kept for what it makes next, with the functions at these addresses
    (Sandbox/entry). HumanEval/15 has 1.3 GB mapped and cleared otherwise, where 60 MB would do: a third of its time."""
    allocator = Allocator(ctypes.addressof(_arenas), take, give)
    ctypes.pythonapi.PyObject_SetArenaAllocator(ctypes.byref(allocator))


def open_pools():
    """Fills the pools in use, so that what a forked process makes lies in new ones, one page for each size of
    block. Otherwise it would write into two old pages for each size, which have to be copied."""
    for size in range(16, 513, 16):
        before = 0
        for number in range(_MOST_POOLS * _POOL // size):
            block = object() if size == 16 else (1 << 40) + number if size == 32 else bytes(size - 33)
            _fillers.append(block)
            if before % _POOL == _HEAD and id(block) == before + size:
                break
            before = id(block)
