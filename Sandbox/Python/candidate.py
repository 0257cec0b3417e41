"""What happens in a child of the zygote that is locked down (launch.c): it runs one program.

Every function used once the program has begun is bound here, so a program that patches builtins changes
only its own values.
"""

import _signal
import io
import os
import struct
import sys
import time
from builtins import (
    BaseException, Exception, MemoryError, OSError, PermissionError, SyntaxError, ValueError,
    compile, dict, enumerate, exec, frozenset, int, len, list, set, str, tuple, type,
)  # fmt: skip

import brief
import encode
import traces
import wire
from outbox import PATIENCE

PROGRAM = 4
SINK_LIMIT = 8 << 20
TEXT_LIMIT = 2048

_exit, _read, _close = os._exit, os.read, os.close
_clock, _spent = time.perf_counter, time.process_time
# The functions of the C module: those of `signal` wrap them in enums, thrice the time of a short test.
_REAL, _ALARM = _signal.ITIMER_REAL, _signal.SIGALRM
_setitimer, _signal = _signal.setitimer, _signal.signal
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
# The encoder writes the same in a dozen steps.
_STARTED, _READY = wire.record(wire.STARTED, 0, b""), wire.record(wire.READY, 0, b"")
_mark = struct.Struct("<BIdIB").pack


class TimeoutException(Exception):
    """Raised in the program by the alarm of a test, under the reference's name."""


_EXHAUSTED = TimeoutException, MemoryError


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


def read_program():
    """The program's text, read from descriptor 4 to its end."""
    text, size = b"", 1 << 12  # of most; each page that is asked for in vain would be a new one
    while piece := _read(PROGRAM, size):
        text, size = text + piece, 1 << 16
    _close(PROGRAM)
    return str(text, "utf-8", "surrogatepass")


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

    Made before the program's process is forked, which then hears of its order. `limits`: seconds for each
    test. `outbox` takes the records.
    """

    def __init__(self, outbox, entry_point, inputs, limits):
        self.outbox, self.encoder = outbox, encode.Encoder(outbox.write)
        self.entry_point, self.inputs, self.limits = entry_point, inputs, limits
        self.least, self.fast, self.careful, self.capture = 0.0, False, False, "plain"
        self.sink, self.tail = None, ""
        self.is_armed = False
        self.index, self.began, self.due = 0, None, 0.0
        self.start, self.second = 0.0, None

    def take(self, order, second=None):
        """The fields of wire.ORDER. `least` of the limits; when not `is_judged` it is the reference program, without
        limits, whose inputs are copied before the clock starts. `careful`: the program may reach for alarms.
        `capture`: what the oracle needs beside the output. `second` is the run on the other half, for which a program
        that leaves no trace stays in this process."""
        _, self.least, least, _, is_judged, self.fast, self.careful, capture, goes_on = order
        self.capture = wire.CAPTURES[capture]
        if not is_judged:
            self.limits = None
        if goes_on:
            self.second = second
            second.least, second.fast, second.careful, second.capture = least, self.fast, self.careful, self.capture

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
        code = self.compiled(text)
        if code is not None:
            if self.second is not None and not traces.leaves_none(code):
                self.second = None
            if self.run(code) and self.second is not None:
                self.second.outbox.write(_STARTED)
                self.second.run(code)
        _exit(0)

    def compiled(self, text):
        """The program's code; None when there is none, which the judge has been told."""
        self.start = _clock()
        self.outbox.write(_STARTED)
        self.redirect()
        try:
            return compile(text, "<string>", "exec", 0, True)
        except BaseException as error:
            self.collect()
            self.fail(error, "syntax")

    def run(self, code):
        """Runs the program and its tests. Returns False when there was nothing to test."""
        stage = "program"
        self.redirect()
        try:
            try:
                scope = {}
                exec(code, scope)
                stage = "entry"
                function = scope[self.entry_point]
            finally:
                self.collect()
        except BaseException as error:
            self.fail(error, stage)
            return False
        self.outbox.write(_READY)
        self.flush()
        count = 0
        for index, arguments in enumerate(self.inputs):
            count += 1
            if not self.test(function, index, arguments) and self.fast:
                break
        self.finish(count)
        return True

    def fail(self, error, stage):
        """Ends a program before its tests."""
        self.show()
        self.encoder.send(wire.EXCEPTION, wire.PROGRAM, 0.0, describe(error, stage))
        self.finish(0)

    def flush(self):
        self.outbox.flush()
        self.due = _clock() + PATIENCE

    def finish(self, count):
        """The last record, which says whether the other half follows."""
        self.show()
        if self.second is None:
            self.outbox.write(_mark(wire.DONE, count, 0.0, 0, 0))
        else:
            self.outbox.write(wire.done(count, _clock() - self.start, _spent()))

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
        self.flush()
        raise TimeoutException("Timed out!")

    def call(self, function, index, arguments):
        """The output and the seconds that the reference program took for it."""
        if self.limits is None:
            arguments = sys.modules["copy"].deepcopy(arguments)
        else:
            if not self.is_armed:
                self.arm(self.limits[index] if self.careful else self.least)
            # The judge takes a test for the one at hand that it has not heard of, and kills a program for it.
            if self.limits[index] > self.least or _clock() > self.due:
                self.flush()
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
            record = None if seconds else brief.record(index, output)
            if record:
                self.outbox.write(record)
            else:
                send(wire.VALUE, index, seconds, output)
        except wire.Unsupported as error:
            send(wire.UNSUPPORTED, index, seconds, error.args[0][:TEXT_LIMIT])
        except BaseException as error:
            self.show()
            send(wire.EXCEPTION, index, seconds, describe(error, "call"))
            if type(error) in _EXHAUSTED:
                self.second = None  # who knows what is left over
            return False
        return True
