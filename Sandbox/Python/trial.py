"""Turns the records of one run on one list of tests into a verdict, or into expected values."""

import json
import math
import signal

import convert
import decode
import oracle
import wire
from expected import MARGIN, REFERENCE_LIMIT, Buffer, Expected, TextOrBuffer, TooLarge

TEXT_LIMIT = 64 << 10
COMPARE_SECONDS = 20  # of CPU, for decoding and comparing one output

_REASONS = {
    "syntax": "syntax error",
    "entry": "missing entry point",
    "timeout": "per-test timeout",
    "memory": "out of memory",
}


class _ComparingTooLong(BaseException):
    """Raised by the judge's CPU alarm: hostile hashes, or a value too large to compare."""


def _alarm(signum, frame):
    raise _ComparingTooLong


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
        self.reader = decode.RecordReader(self.begin)
        self.received, self.budget = 0, REFERENCE_LIMIT

    def consume(self, data):
        """False when the run is decided and the program may be killed."""
        self.received += len(data)
        try:
            if self.received > self.budget:
                raise TooLarge("outputs of more than %d bytes" % self.budget)
            for kind, test, seconds, sink, flags in self.reader.feed(data):
                if not self.record(kind, test, seconds, sink, flags):
                    return False
        except wire.WireError as error:
            self.stop = ("protocol violation", str(error))
        except TooLarge as error:
            self.stop = ("output too large", str(error))
        return not (self.stop or self.done)  # whoever lingers after `done` is killed

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
        text = None
        if kind != wire.VALUE:
            text = bytes(sink.data).decode("utf-8", "replace")
        if kind == wire.DONE:
            if test != self.next:
                raise wire.WireError("%d tests announced, %d received" % (test, self.next))
            self.done, self.tail = True, text
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


class Reference(Records):
    """The run of the reference program. Its stream is believed: it made the expected values."""

    def __init__(self, dataset, entry_point, count):
        super().__init__(count)
        self.not_none = dataset == "mbpp" and entry_point in oracle.NOT_NONE_TASKS
        self.may_digest = oracle.capture(dataset, entry_point) == oracle.PLAIN and not self.not_none
        self.values, self.problem = [], None
        self.budget = 16 << 30

    def value_sink(self, test):
        return TextOrBuffer(REFERENCE_LIMIT, self.may_digest)

    def value(self, test, seconds, sink, flags):
        if not (math.isfinite(seconds) and seconds >= 0):
            raise wire.WireError("a time that is none")
        if self.not_none:
            self.values.append(Expected(b"F" if sink.data == b"N" else b"T", 0, seconds))
        else:
            self.values.append(Expected.of(sink, flags, seconds))
        return True

    def no_value(self, test, reason, detail):
        if self.not_none and reason == "unsupported type":
            self.values.append(Expected(b"T", 0, 0.0))
            return True
        self.problem = "%d: %s (%s)" % (test, reason, detail)
        return False

    def failure(self, report):
        """None when there is an expected value for every test, else why not."""
        if self.program_error or self.stop:
            return "%s (%s)" % (self.program_error or self.stop)
        if self.problem or (self.done and len(self.values) == self.count):
            return self.problem
        return "%d: the program ended early: %s" % (self.next, json.dumps(report))


class Trial(Records):
    """The run of a program to be judged."""

    def __init__(self, request, tolerance, expected, raw_inputs, fast):
        super().__init__(len(expected))
        self.request, self.expected, self.raw_inputs, self.fast = (
            request,
            expected,
            raw_inputs,
            fast,
        )
        self.oracle = oracle.Oracle(request["dataset"], request["entry_point"], tolerance)
        self.parsed, self.first = None, None
        # evalplus 0.3.1 passes over HumanEval/32's tests without recording the good ones.
        self.unrecorded = self.oracle.is_root and request["semantics"] == "evalplus-0.3.1"
        self.details, self.progress = [False] * len(expected), 0
        self.budget = 4 * sum(e.size for e in expected) + MARGIN + 4096 * len(expected)

    def inputs(self):
        if self.parsed is None:
            request = self.request
            raw = json.loads(self.raw_inputs)
            self.parsed = convert.convert(request["dataset"], request["task_id"], raw)
        return self.parsed

    def value_sink(self, test):
        return self.expected[test].sink()

    def value(self, test, seconds, sink, flags):
        expected = self.expected[test]
        if expected.digest:
            self.oracle.note(False)
            return self.settle(test, sink.hash.digest() == expected.digest)
        if sink.data == expected.data and not expected.flags & wire.UNEQUAL:
            if self.oracle.accepts_equal_bytes(expected.floats(oracle.is_floats)):
                return self.settle(test, True)
        detail = None
        previous = signal.signal(signal.SIGPROF, _alarm)
        try:
            signal.setitimer(signal.ITIMER_PROF, COMPARE_SECONDS)
            accepted = self.compare(test, sink.data, expected)
        except wire.WireError:
            raise
        except _ComparingTooLong:
            raise TooLarge("comparing an output took over %d s" % COMPARE_SECONDS) from None
        except Exception as error:
            accepted, detail = False, "not comparable: %s" % type(error).__name__
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, previous)
        return self.settle(test, accepted, "wrong answer", detail)

    def compare(self, test, data, expected):
        value = decode.decode(data, expected.memory())
        if self.oracle.is_root:
            if type(value) is not tuple or len(value) != 2:
                raise wire.WireError("no argument beside the output")
            return self.oracle.root(value[0], value[1], self.inputs()[test][0])
        return self.oracle.accepts(value, expected.value(), lambda: self.inputs()[test])

    def no_value(self, test, reason, detail):
        if reason == "unsupported type" and not self.oracle.is_root:
            expected = self.expected[test]
            if self.oracle.is_not_none:
                foreign = oracle.Foreign()
                accepted = self.oracle.accepts(foreign, expected.value(), lambda: ())
                return self.settle(test, accepted, "wrong answer", detail)
            self.oracle.note(expected.floats(oracle.is_floats))
        return self.settle(test, False, reason, detail)

    def settle(self, test, accepted, reason="wrong answer", detail=None):
        if accepted and self.unrecorded:
            return True
        self.details[test] = accepted
        self.progress += 1
        if not accepted and self.first is None:
            self.first = (reason, detail, test)
        return accepted or not self.fast

    def verdict(self, report):
        """The reply's object for this half: evalplus's status, our reason, and the measurements."""
        status, reason, detail, test = self.outcome(report)
        answer = {"status": status, "reason": reason, "tests_run": self.next}
        answer["wall_seconds"], answer["cpu_seconds"] = report["wall"], report["cpu"]
        answer["memory_bytes"] = report["rss"]
        if detail:
            answer["detail"] = detail
        if test is not None:
            answer["test"] = test
        if self.tail:
            answer["output_tail"] = self.tail
        answer["fail_tests"] = self.failing(status)
        return answer

    def outcome(self, report):
        """(status, reason, detail, failing test). The order of the checks is evalplus's: what was
        settled before the process ended counts, and a process that never finished is `timeout`."""
        if self.program_error:
            return ("fail",) + self.program_error + (None,)
        if self.fast and self.first:
            return ("fail",) + self.first
        if self.stop:
            return ("fail",) + self.stop + (self.next,)
        if self.done:
            if self.first:
                return ("fail",) + self.first
            if self.progress == self.count:
                return "pass", "passed", None, None
            if self.unrecorded:
                return "fail", "wrong answer", "evalplus 0.3.1 fails every program here", None
            return "fail", "protocol violation", "tests are missing", self.next
        return ("timeout",) + self.ending(report) + (self.next if self.next < self.count else None,)

    def ending(self, report):
        """(reason, detail) for a process that ended before it was done."""
        number = report["signal"]
        if report["forbidden"]:
            return "forbidden system call", report["forbidden"]
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
        return "crash", signal.Signals(number).name

    def failing(self, status):
        """JSON of the failing inputs as evalplus stores them: in fast mode one, the last recorded,
        which for `timeout` is the last that completed."""
        indices = []
        if status != "pass" and self.progress:
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
