"""Starts programs: the zygote's half of Sandbox/entry, whose machine code is mapped and called here.

What happens between the fork of a program's process and its program, and while the zygote waits, is C
(launch.c says why). Descriptor 4 holds it: u32 size of the filter, u32 where the code is, u32 its size,
u32 offsets in it of `launch`, `lock`, `serve`, `next_message`, `space_in_use`, `identify`, `write_numbers`,
`take_arena`, `give_arena`, `open_pools` and `join_segments`; the filter (embedded.c writes it).
"""

import ctypes
import os
import struct

import arenas
import bulk

FILE = 4
SETUP_FAILED, MISFIT = 113, 114  # exit statuses before a program begins; the latter: other inputs than expected
OUTBOX_SIZE = 1 << 16
GRAIN = 1 << 20  # of the bytes in use
PID_PLACEHOLDER = 0x7E11DEAD  # stands for the own process id in the filter's comparisons
UNLIMITED = (1 << 64) - 1
# Linux's numbers, the same on all machines that evalkit-jail is built for. The modules `mmap` and `resource`
# have them, and five mappings each that every fork would copy.
RLIMIT_DATA, RLIMIT_AS = 2, 9
READ, WRITE, EXECUTE = 1, 2, 4
SHARED, PRIVATE, ANONYMOUS = 1, 2, 0x20
_CHILD, _MESSAGE = 0, 2  # enum served
_HEADER = struct.Struct("<14I")


class Broken(Exception):
    """Descriptor 4 does not hold what it should."""


class Launch(ctypes.Structure):
    """`struct launch` of entry.h."""

    _fields_ = [
        (name, ctypes.c_uint64) for name in ("fork", "filter", "patches", "page", "buffer", "outbox")
    ]
    _fields_ += [("space", ctypes.c_uint64 * 2), ("limit", ctypes.c_int64)]
    _fields_ += [(name, ctypes.c_uint32) for name in ("filter_count", "patch_count", "capacity", "outbox_size")]
    _fields_ += [("socket", ctypes.c_int32), ("is_late", ctypes.c_int32)]
    _fields_ += [(name, ctypes.c_uint32) for name in ("letter", "length")]
    _fields_ += [("result", ctypes.c_int32), ("program", ctypes.c_int32)]
    _fields_ += [("child_limit", ctypes.c_int64), ("parent", ctypes.c_int64)]


class Launcher:
    """The entry code with the filter of this zygote's programs, which talks to the judge on `socket`."""

    def __init__(self, socket, needs_filter):
        filter_size, place, code_size, *offsets = _HEADER.unpack(os.pread(FILE, _HEADER.size, 0))
        code = os.pread(FILE, filter_size, _HEADER.size)
        is_whole = len(code) == filter_size and filter_size % 8 == 0 and filter_size <= 8 * 4096
        if not is_whole or (needs_filter and not code):
            raise Broken("the system call filter for programs is empty or no BPF program")
        words = struct.unpack("=%dI" % (len(code) // 4), code)
        patches = [at // 2 for at in range(1, len(words), 2) if words[at] == PID_PLACEHOLDER]
        libc = ctypes.CDLL(None, use_errno=True)
        start = self._map(libc, code_size, READ | EXECUTE, PRIVATE, FILE, place)
        shared = SHARED | ANONYMOUS
        writable = READ | WRITE
        page = self._map(libc, os.sysconf("SC_PAGESIZE"), writable, shared, -1, 0)
        outbox = self._map(libc, OUTBOX_SIZE, writable, shared, -1, 0)
        self.shared = memoryview((ctypes.c_ubyte * OUTBOX_SIZE).from_address(outbox)).cast("B")
        os.close(FILE)
        # The interpreter stays locked: this process has one thread, and it forks in there.
        one, nothing = (ctypes.c_int32, ctypes.c_void_p), (None, ctypes.c_void_p)
        size = (ctypes.c_uint64, ctypes.c_int32, ctypes.c_uint64)
        self._launch, self._lock, self._serve, self._next, self._space, *bulky = (
            ctypes.PYFUNCTYPE(*kind)(start + offset)
            for kind, offset in zip((one, nothing, one, one, size, one, one), offsets)
        )
        bulk.learn(*bulky)
        arenas.learn(*(start + offset for offset in offsets[7:10]))
        ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(start + offsets[10])(libc.dl_iterate_phdr)
        fork = getattr(libc, "_Fork", None) or libc.fork  # the former since glibc 2.34, without its handlers
        address = ctypes.cast(fork, ctypes.c_void_p).value
        self._fork = ctypes.PYFUNCTYPE(ctypes.c_int)(address)
        self._filter = ctypes.create_string_buffer(code, len(code))
        self._patches = (ctypes.c_uint32 * len(patches))(*patches)
        self._task = Launch(
            fork=address, filter=ctypes.addressof(self._filter), patches=ctypes.addressof(self._patches),
            page=page, outbox=outbox, outbox_size=OUTBOX_SIZE, filter_count=len(code) // 8, patch_count=len(patches), socket=socket,
        )  # fmt: skip
        self._address = ctypes.addressof(self._task)
        self._in_use = (GRAIN, GRAIN)
        self.limit_space(1)  # so that later processes need not look from the start

    @staticmethod
    def _map(libc, *arguments):
        kinds = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
        libc.mmap.restype, libc.mmap.argtypes = ctypes.c_void_p, kinds
        address = libc.mmap(None, *arguments)
        if address == ctypes.c_void_p(-1).value:
            raise Broken("the entry code cannot be mapped: " + os.strerror(ctypes.get_errno()))
        return address

    def fork(self):
        """As os.fork, without its hooks. They are there for threads, of which a zygote has one."""
        pid = self._fork()
        if pid < 0:
            raise OSError("a task's process could not be forked")
        return pid

    def limit_space(self, allowance):
        """Gives children what is in use now and `allowance` bytes more; as much as there is when that is 0."""
        if allowance > 0:
            # Hardly ever is less in use than there was.
            kinds = zip((RLIMIT_AS, RLIMIT_DATA), self._in_use)
            self._in_use = tuple(self._space(kind, before - GRAIN) for kind, before in kinds)
            self._task.space[:] = tuple(size + allowance + arenas.KEPT for size in self._in_use)
        else:
            self._task.space[:] = UNLIMITED, UNLIMITED

    def receive_into(self, order):
        """Has `serve` write orders into `order`, a bytearray."""
        self._order = (ctypes.c_char * len(order)).from_buffer(order)
        self._task.buffer, self._task.capacity = ctypes.addressof(self._order), len(order)

    def launch(self, seconds, is_late=False):
        """Forks a child, and returns True in it when it is locked down, or has to call `lock` if it `is_late`.
        Otherwise waits for its end.

        The judge, whose last message brought the child's pipes, gets a report at the end. SIGKILL follows when
        `seconds` of wall time have passed, when the judge asks (K) or when it is gone, and then this process ends as
        well."""
        self._task.limit, self._task.is_late = int(seconds * 1e9), is_late
        return self._checked(self._launch(self._address)) == _CHILD

    def lock(self):
        """Locks this process down, which is a late child."""
        self._lock(self._address)

    @property
    def program(self):
        """The descriptor that a late child reads its inputs from, and then its program."""
        return self._task.program

    def receive(self):
        """The letter and the length of the next message; None at the end of the judge."""
        return self._message() if self._next(self._address) == _MESSAGE else None

    def _message(self):
        return chr(self._task.letter), self._task.length

    def serve(self):
        """Launches a child for each order of the judge, and returns ("R", 0) in it when it is locked down.
        Otherwise returns the letter and the length of the first message that is no order; None at the end of
        the judge."""
        self._task.is_late = False
        result = self._checked(self._serve(self._address))
        if result == _CHILD:
            return "R", 0
        return self._message() if result == _MESSAGE else None

    @staticmethod
    def _checked(result):
        if result < 0:
            raise OSError(-result, "a program's process could not be started")
        return result
