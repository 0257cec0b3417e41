"""What happens in a child of the zygote: it locks itself down, then runs one program.

The order of the set-up matters (privileges first, the system call filter last), and a step that
fails ends the child with SETUP_FAILED before any of the program's code is compiled. Every function
used after that point is bound here, so a program that patches builtins changes only its own values.
"""

import _signal
import ctypes
import io
import json
import os
import resource
import signal
import struct
import sys
import time
from builtins import (
    BaseException, Exception, MemoryError, OSError, PermissionError, SyntaxError, ValueError, bytes,
    compile, dict, enumerate, exec, frozenset, int, len, list, set, str, tuple, type,
)  # fmt: skip

import encode
import guard
import wire

SETUP_FAILED = 113
RESULT = 3
SINK_LIMIT = 8 << 20
TEXT_LIMIT = 2048
OWN_MODULES = ("wire", "encode", "convert", "guard", "library", "sanitizer", "candidate", "zygote")

_libc = ctypes.CDLL(None, use_errno=True)
_prctl = _libc.prctl
_prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
_prctl.restype = ctypes.c_int
_PDEATHSIG, _DUMPABLE, _SECCOMP, _FILTER = 1, 4, 22, 2

_exit, _write, _clock = os._exit, os.write, time.perf_counter
# The functions of the C module: those of `signal` wrap them in enums, thrice the time of a short test.
_setitimer, _signal = _signal.setitimer, _signal.signal
_REAL, _ALARM = int(signal.ITIMER_REAL), int(signal.SIGALRM)
_traceback = BaseException.__dict__["__traceback__"].__get__
_arguments = BaseException.__dict__["args"].__get__
_getvalue = io.StringIO.getvalue
_name = type.__dict__["__name__"].__get__
_mro = type.__dict__["__mro__"].__get__
_BUILTIN_ERRORS = frozenset(
    value for value in vars(__import__("builtins")).values()
    if type(value) is type and issubclass(value, BaseException)
)  # fmt: skip
_ITERABLE = (list, tuple, set, frozenset, dict, str)


class TimeoutException(Exception):
    """Raised in the program by the alarm of a test, under the reference's name."""


class _Sink(io.StringIO):
    """Standard output, error and input of a program: reading raises, writing is capped."""

    room = SINK_LIMIT

    def write(self, text):
        self.room -= len(text)
        return len(text) if self.room < 0 else super().write(text)

    def read(self, *_):
        raise OSError

    readline = readlines = read

    def readable(self):
        return False


class SockFprog(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def patched_filter(program, places, pid):
    """The BPF program with `pid` at the `places` of the placeholder."""
    patched = bytearray(program)
    for at in places:
        struct.pack_into("=I", patched, at, pid)
    return bytes(patched)


def limit(kind, soft, hard=None):
    """Lowers a resource limit; never above the inherited hard limit."""
    ceiling = resource.getrlimit(kind)[1]
    hard = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))


def enter(box, parent, result, space, seconds):
    """Locks this process down. `box` is the zygote's Box, `space` the bytes of address space and
    data that it may have, `seconds` its total wall limit. Does not return on failure."""
    try:
        os.dup2(result, RESULT, inheritable=False)
        os.closerange(4, box.descriptors)
        os.setsid()
        if space is not None:
            limit(resource.RLIMIT_AS, space[0])
            limit(resource.RLIMIT_DATA, space[1])
        cpu = int(seconds * 1.5) + 3
        limit(resource.RLIMIT_CPU, cpu, cpu + 1)
        limit(resource.RLIMIT_STACK, 64 << 20)
        for option, value in ((_PDEATHSIG, signal.SIGKILL), (_DUMPABLE, 0)):
            if _prctl(option, value, 0, 0, 0):
                _exit(SETUP_FAILED)
        if os.getppid() != parent:
            _exit(SETUP_FAILED)
        box.enable_collector()
        for name in OWN_MODULES:
            sys.modules.pop(name, None)
        box.main = sys.modules["__main__"]
        sys.modules["__main__"] = type(sys)("__main__")
        filter_program = box.filter
        if filter_program:  # in the box the account is the slot's own
            limit(resource.RLIMIT_NPROC, 256)
        os.dup2(1, 2)
        guard.hide()
        if filter_program:
            code = patched_filter(filter_program, box.patches, os.getpid())
            held = ctypes.create_string_buffer(code, len(code))
            fprog = SockFprog(len(code) // 8, ctypes.addressof(held))
            if _prctl(_SECCOMP, _FILTER, ctypes.addressof(fprog), 0, 0):
                _exit(SETUP_FAILED)
        box.locked[0] = 1
        box.locked.close()
    except BaseException as error:
        os.write(2, ("set-up failed: %r\n" % (error,)).encode()[:500])
        _exit(SETUP_FAILED)


def write_all(data):
    """Writes to the result pipe; a judge that has gone away ends the program."""
    try:
        while data:
            data = data[_write(RESULT, data) :]
    except OSError:
        _exit(1)


def read_program(source):
    """The program's text: a JSON string token, read from the pipe `source` to its end."""
    pieces = []
    while True:
        piece = os.read(source, 1 << 16)
        if not piece:
            return json.loads(b"".join(pieces))
        pieces.append(piece)


def describe(error, stage):
    """`code NUL type NUL line NUL message` without calling anything of the program's."""
    kind = type(error)
    code = stage
    if kind is TimeoutException:
        code = "timeout"
    elif kind is MemoryError:
        code = "memory"
    name, message, line = _name(kind), "", 0
    if kind in _BUILTIN_ERRORS:
        arguments = _arguments(error)
        if arguments and type(arguments[0]) is str:
            message = arguments[0]
        elif len(arguments) > 1 and type(arguments[0]) is int and type(arguments[1]) is str:
            refused = " (refused by the sandbox)" if kind is PermissionError else ""
            message = "[Errno %d] %s%s" % (arguments[0], arguments[1], refused)
        if SyntaxError in _mro(kind) and type(error.lineno) is int:
            line = error.lineno
    trace = _traceback(error)
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<string>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return "\0".join((code, name[:200], str(line), message[:TEXT_LIMIT]))


class Run:
    """One program on one list of tests, as the reference's `unsafe_execute` runs it.

    `limits`: seconds for each test, or None for the reference program, whose inputs are copied
    before the clock starts. `capture` names what the oracle needs beside the output. `careful`: the
    program may reach for alarms.
    """

    def __init__(self, entry_point, inputs, limits, fast, capture, careful=True):
        self.entry_point, self.inputs, self.limits = entry_point, inputs, limits
        self.fast, self.capture = fast, capture
        self.encoder = encode.Encoder(write_all)
        self.sink, self.tail = None, ""
        self.careful, self.is_armed = careful, False
        self.least = min(limits, default=0.0) if limits else 0.0
        self.index, self.began = 0, None

    def redirect(self):
        """A fresh sink for what the program prints, unless the last one is still there and empty."""
        sink = self.sink
        if sink is None or not (sink is sys.stdout is sys.stderr is sys.stdin):
            self.sink = sys.stdout = sys.stderr = sys.stdin = _Sink()

    def collect(self):
        """Keeps the end of what was printed since `redirect`."""
        try:
            text = _getvalue(self.sink)
        except ValueError:  # the program has closed it
            text = self.sink = None
        if text:
            self.tail, self.sink = text[-TEXT_LIMIT:], None

    def program(self, text):
        """Runs to the end and leaves the process; nothing of the program's runs afterwards."""
        send = self.encoder.send
        send(wire.STARTED, 0, 0.0, "")
        count, stage = 0, "syntax"
        self.redirect()
        try:
            try:
                scope = {}
                code = compile(text, "<string>", "exec", 0, True)
                stage = "program"
                exec(code, scope)
                stage = "entry"
                function = scope[self.entry_point]
            finally:
                self.collect()
        except BaseException as error:
            self.show()
            send(wire.EXCEPTION, wire.PROGRAM, 0.0, describe(error, stage))
            self.finish(0)
        send(wire.READY, 0, 0.0, "")
        for index, arguments in enumerate(self.inputs):
            count += 1
            if not self.test(function, index, arguments) and self.fast:
                break
        self.finish(count)

    def finish(self, count):
        self.show()
        self.encoder.send(wire.DONE, count, 0.0, "")
        _exit(0)

    def show(self):
        """Sends the end of what was printed, before the record that may be the last one read."""
        if self.tail:
            self.encoder.send(wire.OUTPUT, 0, 0.0, self.tail)
            self.tail = ""

    def arm(self, seconds):
        """The reference arms the alarm for every test. Here one alarm serves for many: it goes off
        no later than any test is over its limit, and is put off while the test at hand is within
        its own. A program that may touch alarms (`careful`) has one for every test."""
        _setitimer(_REAL, seconds)
        _signal(_ALARM, self.alarm)
        self.is_armed = not self.careful

    def alarm(self, signum, frame):
        """Tells the judge, which kills a program that stays in its test without having been told."""
        if not self.careful:
            left = self.least
            if self.began is not None:
                left = self.began + self.limits[self.index] - _clock()
            if left > 0:
                _setitimer(_REAL, left if left < self.least else self.least)
                return
            self.is_armed = False
        self.encoder.send(wire.ALARM, 0, 0.0, "")
        raise TimeoutException("Timed out!")

    def call(self, function, index, arguments):
        """The output and the seconds that the reference program took for it."""
        if self.limits is None:
            arguments = sys.modules["copy"].deepcopy(arguments)
        elif not self.is_armed:
            self.arm(self.limits[index] if self.careful else self.least)
        self.redirect()
        self.index, self.began = index, _clock()
        try:
            output = function(*arguments)
            return output, _clock() - self.began if self.limits is None else 0.0
        finally:
            self.began = None
            if self.careful:
                _setitimer(_REAL, 0)
            self.collect()

    def test(self, function, index, arguments):
        send = self.encoder.send
        seconds = 0.0
        try:
            output, seconds = self.call(function, index, arguments)
            if self.tail:
                self.show()
            if self.capture == "elements" and type(output) not in _ITERABLE:
                output = set(output)
            elif self.capture == "argument":
                output = (output, arguments[0])
            if seconds:
                send(wire.VALUE, index, seconds, output)
            else:
                self.encoder.send_value(index, output)
        except wire.Unsupported as error:
            send(wire.UNSUPPORTED, index, seconds, error.args[0][:TEXT_LIMIT])
        except BaseException as error:
            self.show()
            send(wire.EXCEPTION, index, seconds, describe(error, "call"))
            return False
        return True
