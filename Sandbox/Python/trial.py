"""Turns the records of one run on one list of tests into a verdict, or into expected values."""

import json
import math
import signal
import time

import bounds
import convert
import decode
import oracle
import records
import wire
from expected import MARGIN, REFERENCE_LIMIT, Buffer, Expected, TextOrBuffer, TooLarge
from literal import literal

TEXT_LIMIT = 64 << 10
LITERAL_LIMIT = 320  # characters of a value in a verdict, unless the runner asks for more
BULKY = 1 << 18  # bytes of expected values; four times as many fill a result pipe
GRACE = 2.0  # seconds beyond a test's limit for the alarm to reach the program

_REASONS = {
    "syntax": "syntax error",
    "entry": "missing entry point",
    "timeout": "per-test timeout",
    "memory": "out of memory",
}


def _explain(text):
    """(reason, detail) from candidate.describe's text, which is only a hint for the reader."""
    code, _, rest = text.partition("\0")
    name, line, message = (rest.split("\0", 2) + ["", "", ""])[:3]
    detail = name + (": " + message if message else "")
    if line.isdigit() and line != "0":
        detail += " (line %s)" % line
    return _REASONS.get(code, "exception"), detail


class Records:
    """The state machine both kinds of run share: started, tests in order, done."""

    def __init__(self, count):
        self.count, self.next = count, 0
        self.started = self.done = False
        self.tail, self.stop = "", None  # stop: (reason, detail) that ended the run from our side
        self.program_error = None
        self.reader = records.RecordReader(self.begin, self.known)
        self.received, self.budget = 0, REFERENCE_LIMIT
        self.spent = None  # seconds that a first half took, by the clock and of the processor, when the other follows

    def consume(self, data):
        """False when the run is decided and the program may be killed."""
        self.received += len(data)
        try:
            if self.received > self.budget:
                raise TooLarge("outputs of more than %d bytes" % self.budget)
            for kind, test, seconds, sink, flags in self.reader.feed(data):
                if not self.record(kind, test, seconds, sink, flags):
                    return False
                if self.done:
                    break
        except wire.Oversized as error:
            self.stop = ("output too large", str(error))
        except wire.WireError as error:
            self.stop = ("protocol violation", str(error))
        except TooLarge as error:
            self.stop = ("output too large", str(error))
        return not (self.stop or self.done)  # whoever lingers after `done` is killed

    def known(self, data, at):
        return 0

    @property
    def is_bulky(self):
        """Whether outputs may fill the pipe."""
        return True

    def begin(self, kind, test):
        if self.started == (kind == wire.STARTED) or self.done or self.program_error:
            raise wire.WireError("a record out of order")
        if kind == wire.VALUE:
            if test != self.next or test >= self.count:
                raise wire.WireError("a value for test %d instead of %d" % (test, self.next))
            return self.value_sink(test)
        return Buffer(TEXT_LIMIT)

    def record(self, kind, test, seconds, sink, flags):
        if kind == wire.STARTED:
            self.started = True
            return True
        if kind in (wire.READY, wire.ALARM):
            return self.note(kind)
        text = None
        if kind != wire.VALUE:
            text = bytes(sink.data).decode("utf-8", "replace")
        if kind == wire.DONE:
            if test != self.next:
                raise wire.WireError("%d tests announced, %d received" % (test, self.next))
            self.done, self.spent = True, wire.spent(seconds, sink.data)
            return True
        if kind == wire.OUTPUT:
            self.tail = text
            return True
        if kind == wire.EXCEPTION and test == wire.PROGRAM and self.next == 0:
            self.program_error = _explain(text)
            return False
        if test != self.next or test >= self.count:
            raise wire.WireError("a record for test %d instead of %d" % (test, self.next))
        self.next += 1
        if kind == wire.VALUE:
            return self.value(test, seconds, sink, flags)
        reason, detail = _explain(text) if kind == wire.EXCEPTION else ("unsupported type", text)
        return self.no_value(test, reason, detail)

    def note(self, kind):
        """READY or ALARM: hints that move a deadline, nothing else."""
        return True

    def overdue(self, now):
        """Whether the program must be killed, at the monotonic time `now`."""
        return False


class Reference(Records):
    """The run of the reference program. Its stream is believed: it made the expected values."""

    def __init__(self, dataset, entry_point):
        super().__init__(math.inf)  # it runs all tests that there are
        self.not_none = dataset == "mbpp" and entry_point in oracle.NOT_NONE_TASKS
        self.may_digest = oracle.capture(dataset, entry_point) == oracle.PLAIN and not self.not_none
        self.values, self.problem = Expected(), None
        self.budget = 16 << 30

    def value_sink(self, test):
        return TextOrBuffer(REFERENCE_LIMIT, self.may_digest)

    def value(self, test, seconds, sink, flags):
        if not (math.isfinite(seconds) and seconds >= 0):
            raise wire.WireError("a time that is none")
        if self.not_none:
            self.values.add(b"F" if sink.data == b"N" else b"T", 0, seconds)
        elif sink.digest:
            self.values.add_digest(sink.digest, flags, seconds)
        else:
            self.values.add(sink.data, flags, seconds)
        return True

    def no_value(self, test, reason, detail):
        if self.not_none and reason == "unsupported type":
            self.values.add(b"T", 0, 0.0)
            return True
        self.problem = "%d: %s (%s)" % (test, reason, detail)
        return False

    def failure(self, report):
        """None when there is an expected value for every test, else why not."""
        if self.program_error or self.stop:
            return "%s (%s)" % (self.program_error or self.stop)
        if self.problem or self.done:
            return self.problem
        return "%d: the program ended early: %s" % (self.next, json.dumps(report))


class Failure:
    """Why a program fails, and on which test; `got` is filled in when its output could be decoded."""

    def __init__(self, reason, detail, test, got=None):
        self.reason, self.detail, self.test, self.got = reason, detail, test, got


class Trial(Records):
    """The run of a program to be judged. `inputs()` gives the half's inputs, parsed; `shown` is how
    many characters of a value go into the verdict."""

    def __init__(self, request, tolerance, expected, limits, inputs, fast, shown=LITERAL_LIMIT):
        super().__init__(len(expected))
        self.request, self.expected, self.limits, self.inputs = request, expected, limits, inputs
        self.fast, self.shown = fast, shown
        self.oracle = oracle.Oracle(request["dataset"], request["entry_point"], tolerance)
        self.is_unsure = False  # an output differs from a value of which only an inexact digest is kept
        self.first, self.decoded = None, None  # decoded: the output at hand, in a tuple
        # evalplus 0.3.1 passes over HumanEval/32's tests without recording the good ones.
        self.unrecorded = self.oracle.is_root and request["semantics"] == "evalplus-0.3.1"
        self.details, self.progress = [False] * len(expected), 0
        self.noted, self.raised = 0, set()  # tests noted for the tolerance; those without an output
        self.budget = 4 * expected.total_size() + MARGIN + 4096 * len(expected)
        self.ready, self.overran = None, False  # ready: when the test at hand began, at the latest

    @property
    def is_bulky(self):
        return self.expected.total_size() > BULKY

    def known(self, data, at):
        """Settles the tests whose records are the reference's own, byte for byte."""
        if not self.ready or self.done or self.next == self.count or self.oracle.is_special:
            return 0
        last, size = self.expected.matching(self.next, data, at)
        if last > self.next:
            self.details[self.next : last] = [True] * (last - self.next)
            self.progress += last - self.next
            self.next, self.ready = last, time.monotonic()
        return size

    def note(self, kind):
        if kind == wire.READY:
            if self.ready or self.next:
                raise wire.WireError("a record out of order")
            self.ready = time.monotonic()
        else:
            # The program may swallow the alarm and go on, as in the reference: to the total limit.
            self.ready = math.inf
        return True

    def overdue(self, now):
        """A test that is neither over nor interrupted by its alarm: the program sits in a call that
        Python cannot interrupt, or has switched the alarm off."""
        if not self.ready or self.stop or self.next == self.count:
            return False
        if now <= self.ready + self.limits[self.next] + GRACE:
            return False
        self.overran = True
        return True

    def value_sink(self, test):
        return self.expected.sink(test)

    def note_tolerance(self, test):
        """Brings the tolerance to where the tests up to and with `test` have brought it."""
        while self.noted <= test and self.oracle.tolerance == 0:
            if self.noted not in self.raised:
                self.oracle.note(self.expected.floats(self.noted, oracle.is_floats))
            self.noted += 1

    def value(self, test, seconds, sink, flags):
        self.ready = time.monotonic()
        expected, self.decoded = self.expected, None
        digest = expected.digest(test)
        if digest:
            equal = sink.hash.digest() == digest
            if not equal and not expected.apart[test].exact:
                self.is_unsure = True
                return False
            return self.settle(test, equal)
        data = sink.data
        if expected.settles(test) and not self.oracle.is_special and data == expected.data(test):
            return self.settle(test, True)
        detail = None
        # A root that is a number of Python's own (the first item of the pair) does without.
        if not self.oracle.is_root or bytes(data[5:6]) not in (b"i", b"f"):
            bounds.load_numpy()
        seconds = min(bounds.SECONDS, bounds.LEAST + (len(data) + expected.size(test) >> 20))
        try:
            with bounds.held(seconds, bounds.MEMORY + self.budget + expected.memory(test)):
                accepted = self.compare(test, data)
        except wire.WireError:
            raise
        except bounds.TooLong:
            raise TooLarge("comparing an output took over %d s" % seconds) from None
        except Exception as error:
            accepted, detail = False, "not comparable: %s" % type(error).__name__
        self.ready = time.monotonic()  # comparing was not the program's time
        return self.settle(test, accepted, "wrong answer", detail)

    def compare(self, test, data):
        value = decode.decode(data, self.expected.memory(test))
        self.decoded = (value,)
        if self.oracle.is_root:
            if type(value) is not tuple or len(value) != 2:
                raise wire.WireError("no argument beside the output")
            return self.oracle.root(value[0], value[1], self.inputs()[test][0])
        self.note_tolerance(test - 1)
        return self.oracle.accepts(value, self.expected.value(test), lambda: self.inputs()[test])

    def no_value(self, test, reason, detail):
        self.ready, self.decoded = time.monotonic(), None
        if reason != "unsupported type":
            self.raised.add(test)
        if reason == "unsupported type" and self.oracle.is_not_none:
            foreign = oracle.Foreign()
            accepted = self.oracle.accepts(foreign, self.expected.value(test), lambda: ())
            return self.settle(test, accepted, "wrong answer", detail)
        return self.settle(test, False, reason, detail)

    def settle(self, test, accepted, reason="wrong answer", detail=None):
        if accepted and self.unrecorded:
            return True
        self.details[test] = accepted
        self.progress += 1
        if not accepted and self.first is None:
            self.first = Failure(reason, detail, test, self.decoded)
        return accepted or not self.fast

    @property
    def has_passed(self):
        return self.done and not self.stop and not self.first and self.progress == self.count

    @property
    def has_failed(self):
        """Whether a test has decided it, and not how the process ended, or what memory it had."""
        is_decided = (self.fast or self.done) and not self.stop
        return is_decided and self.first is not None and self.first.reason != "out of memory"

    def verdict(self, report):
        """The reply's object for this half: evalplus's status, our reason, and the measurements."""
        status, failure = self.outcome(report)
        answer = {"status": status, "reason": failure.reason, "tests_run": self.next}
        answer["wall_seconds"], answer["cpu_seconds"] = report["wall"], report["cpu"]
        answer["memory_bytes"] = report["rss"]
        if failure.detail:
            answer["detail"] = failure.detail
        if failure.test is not None:
            answer["test"] = failure.test
            answer.update(self.explanation(failure))
        if self.tail:
            answer["output_tail"] = self.tail
        answer["fail_tests"] = self.failing(status)
        return answer

    def explanation(self, failure):
        """The failing test as Python text: its input, the expected value, what came instead."""
        test, limit = failure.test, self.shown
        texts = {"input": literal(self.inputs()[test], limit)}
        if self.oracle.is_root:
            texts["expected"] = "a root of the polynomial in the input"
        elif self.expected.digest(test):
            texts["expected"] = "a value of %d encoded bytes" % self.expected.size(test)
        else:
            texts["expected"] = literal(self.expected.value(test), limit)
        if failure.got:
            got = failure.got[0][0] if self.oracle.is_root else failure.got[0]
            texts["got"] = literal(got, limit)
        return texts

    def outcome(self, report):
        """(status, Failure). The order of the checks is evalplus's: what was settled before the
        process ended counts, and a process that never finished is `timeout`."""
        if self.program_error:
            return "fail", Failure(*self.program_error, None)
        if self.fast and self.first:
            return "fail", self.first
        at = self.next if self.next < self.count else None
        if self.stop:
            return "fail", Failure(*self.stop, at)
        if not self.done:
            return "timeout", Failure(*self.ending(report), at)
        if self.first:
            return "fail", self.first
        if self.has_passed:
            return "pass", Failure("passed", None, None)
        if self.unrecorded:
            text = "evalplus 0.3.1 fails every program here"
            return "fail", Failure("wrong answer", text, None)
        return "fail", Failure("protocol violation", "tests are missing", at)

    def ending(self, report):
        """(reason, detail) for a process that ended before it was done."""
        number = report["signal"]
        if report["forbidden"]:
            return "forbidden system call", report["forbidden"]
        if report["killed"] == "judge" and self.overran:
            return "per-test timeout", "the alarm did not reach the program"
        if report["killed"] == "limit":
            return "total timeout", "over the total limit"
        if number is None:
            return "exited early", "exit status %s" % report["exit"]
        if number == signal.SIGXCPU or (
            number == signal.SIGKILL and report["cpu"] > report["wall"] + 1
        ):
            return "total timeout", "over the CPU limit"
        if number == signal.SIGKILL and report["rss"] > 0.8 * (
            self.request["memory_bytes"] or 1 << 62
        ):
            return "out of memory", "killed"
        named = number in signal.Signals.__members__.values()
        return "crash", signal.Signals(number).name if named else "signal %d" % number

    def failing(self, status):
        """JSON of the failing inputs as evalplus stores them: in fast mode one, the last recorded,
        which for `timeout` is the last that completed."""
        if status == "pass" or not self.progress:
            return "[]"
        indices = [self.progress - 1]
        if not self.fast:
            indices = [i for i in range(self.progress) if not self.details[i]]
        request = self.request
        return json.dumps(
            [
                convert.serializable(request["dataset"], request["task_id"], self.inputs()[index])
                for index in indices
            ]
        )
