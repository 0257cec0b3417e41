"""Main of box 1: holds the expected values, compares, and speaks with the runner.

The judge never runs a program and never sees one run. It reads values off the result pipe of each
child of the zygote, compares them with the expected ones in the order of the tests, and takes
everything else (exit status, times, memory) from the zygote. The stream says nothing that counts
but values: what is missing, out of order or garbled is a failure.
"""

import array
import gc
import json
import sys

import convert
import mentions
import oracle
import wire
from expected import Expected
from halves import Halves
from orders import HALVES, Fault, Zygote, order
from runner import Requests, write_reply
from trial import LITERAL_LIMIT, Reference, Trial

META = ("task_id", "dataset", "entry_point", "memory_bytes")
REFERENCE_SECONDS, SANITIZE_SECONDS = 300.0, 60.0
TEXT_LIMIT = 8192  # characters of a text in a verdict
PACKED_LIMIT = 48 << 20  # larger expected values are not given to the runner to be kept
SANITIZE_MEMORY, SANITIZE_OUTPUT = 2 << 30, 64 << 20
PROGRAM_LIMIT = 16 << 20  # a larger one takes its time and memory before it is locked down


class Task:
    """One open task: its expected values and limits.

    The reference program and the first candidate are run from the root zygote, for most tasks have no other
    candidate. The second one has a task zygote opened, which parses the inputs for all that follow, and so has a
    first one that names modules, which take longer to import than a fork takes: both of its halves find them."""

    def __init__(self, zygote, request, blobs):
        self.zygote, self.request = zygote, request
        self.is_open, self.programs = False, 0
        self.program, self.modules = program_text(blobs[3]), mentions.named(blobs[3]) + ["copy"]
        self.raw = {"base": blobs[0], "plus": blobs[1]}
        self.tolerance = json.loads(blobs[2])
        self.parsed, self.failure = {}, None
        self.meta = {key: request[key] for key in META}
        self.expected = unpack_expected(blobs[4]) if len(blobs) > 4 else {}
        self.is_known = bool(self.expected)
        if not self.is_known:
            self.learn()
        self.counts = tuple(len(self.expected.get(half, ())) for half in HALVES)
        self.limits = {half: self.time_limits(half) for half in self.expected}
        self.packed_limits = {
            half: (min(x, default=0.0), x.tobytes()) for half, x in self.limits.items()
        }
        self.sums = {half: sum(x) for half, x in self.limits.items()}
        self.capture = oracle.capture(request["dataset"], request["entry_point"])

    def learn(self):
        """Runs the reference program for the expected values. No candidate is ever forked from a
        process that did that."""
        self.is_known, self.expected = False, {}
        for half in HALVES:
            self.failure = self.failure or self.reference(half)

    def relearn(self):
        """Makes the values of which only digests were kept. The limits stay those of the first time."""
        self.close()
        self.learn()
        if self.failure:
            raise Fault("the reference program fails the second time: " + self.failure)

    def reference(self, half):
        """Runs the reference program. Returns None, or why it is no reference."""
        run = Reference(self.request["dataset"], self.request["entry_point"])
        report = self.run(half, self.modules, REFERENCE_SECONDS, self.program, run)
        self.expected[half] = run.values
        reason = run.failure(report)
        return "%s test: %s" % (half, reason) if reason else None

    def run(self, half, modules, seconds, program, reader, *options):
        """The report on a program that `reader` follows. `options` are those of `order`."""
        body = order(half, modules, seconds, *options)
        if self.is_open:
            self.zygote.load(modules)
            report = self.zygote.run("R", body, seconds, (program,), reader)
        else:
            raw, tests = self.raw[half], len(self.expected[half]) if half in self.expected else None
            meta = json.dumps({**self.meta, "modules": modules, "tests": tests}).encode()
            texts = wire.U64.pack(len(raw)), raw, program
            report = self.zygote.run("O", wire.pack_parts(meta, body), seconds, texts, reader)
        if not report["locked"]:
            raise Fault("a program's process could not be set up (%s)" % json.dumps(report))
        return report

    def begin(self, modules):
        """Before every candidate; it names `modules`."""
        self.programs += 1
        if self.programs == 1:
            self.zygote.expect(modules)
        if not self.is_open and (self.programs > 1 or not self.zygote.common.issuperset(modules)):
            self.zygote.open_task(self.meta, self.raw["base"], self.raw["plus"])
            self.is_open = True

    def close(self):
        if self.is_open:
            self.zygote.send("E")
            self.is_open = False

    def time_limits(self, half):
        least, factor = self.request["min_time_limit"], self.request["time_factor"]
        seconds = self.expected[half].seconds
        if factor * max(seconds, default=0.0) <= least:
            return array.array("d", [least]) * len(seconds)
        return array.array("d", [max(least, factor * second) for second in seconds])

    def inputs(self, half):
        if half not in self.parsed:
            raw = json.loads(self.raw[half])
            self.parsed[half] = convert.convert(
                self.request["dataset"], self.request["task_id"], raw
            )
        return self.parsed[half]

    def reply(self):
        """The reply's object, and the packed expected values unless the runner sent them."""
        answer = {"op": "task", "base_tests": self.counts[0], "plus_tests": self.counts[1]}
        answer["reference"] = "failed" if self.failure else "ok"
        for half in HALVES:
            values = self.expected.get(half)
            answer[half + "_seconds"] = sum(values.seconds) if values else 0
        if self.failure:
            answer["detail"] = clean(self.failure)
        if self.failure or self.is_known:
            return answer, []
        is_plain = not oracle.Oracle(self.request["dataset"], self.request["entry_point"], 0).is_special
        packed = wire.pack_parts(*(self.expected[half].pack(is_plain) for half in HALVES))
        return answer, [packed] if len(packed) < PACKED_LIMIT else []

    def candidate(self, halves, fast, program, modules, shown):
        """The verdict on each half, as the reply's objects. `modules` are those that the program names."""
        answer = {}
        for half in halves:
            if half not in answer:
                left = [other for other in halves if other not in answer and other != half]
                answer.update(self.verdicts(half, left, fast, program, modules, shown))
        return answer

    def verdicts(self, half, left, fast, program, modules, shown):
        """The verdict on a half, and on the one that is `left` where the same process has settled it."""
        trial = self.trial(half, fast, shown)
        if len(program) > PROGRAM_LIMIT:
            detail = "a program of %d bytes, %d are allowed" % (len(program), PROGRAM_LIMIT)
            trial.program_error = ("out of memory", detail)
            return {half: finished(trial, {"wall": 0, "cpu": 0, "rss": 0})}
        seconds, reader, following = self.seconds(half, fast), trial, None
        if left and self.is_open and "*" not in modules:
            limits = seconds, self.seconds(left[0], fast)
            reader = Halves(trial, self.trial(left[0], fast, shown), limits)
            seconds, following = sum(limits), self.packed_limits[left[0]]
        options = self.capture, self.packed_limits[half], fast, following
        report = self.run(half, modules, seconds, program, reader, *options)
        if trial.is_unsure:
            self.relearn()
            return self.verdicts(half, left, fast, program, modules, shown)
        if reader is trial:
            return {half: finished(trial, report)}
        first, second = reader.reports(report)
        answer = {half: finished(trial, first)}
        if second:
            answer[left[0]] = finished(reader.second, second)
        return answer

    def trial(self, half, fast, shown):
        expected, limits = self.expected[half], self.limits[half]
        return Trial(self.request, self.tolerance, expected, limits, lambda: self.inputs(half), fast, shown)

    def seconds(self, half, fast):
        """The limit of a program on a half. evalplus: T = min(60, sum) + 1, one more when all tests are run, and the
        parent of the process waits for T + 1."""
        return min(self.request["max_total_time"], self.sums[half]) + (2 if fast else 3)


def finished(trial, report):
    """The verdict of a run that has ended, as the reply's object."""
    verdict = trial.verdict(report)
    for key in ("detail", "output_tail", "input", "expected", "got"):
        if verdict.get(key):
            verdict[key] = clean(verdict[key])
    return verdict


def unpack_expected(blob):
    """The expected values that an earlier judge packed; none when they are not whole."""
    try:
        return {h: Expected.unpack(part) for h, part in zip(HALVES, wire.unpack_parts(blob))}
    except (wire.WireError, ValueError, TypeError):
        return {}


def clean(text):
    """A str that any JSON reader takes: capped, without lone surrogates."""
    return text[:TEXT_LIMIT].encode("utf-8", "replace").decode()


def program_text(token):
    """The program that a JSON string token holds, as a process of its own reads it."""
    text = json.loads(token)
    if not isinstance(text, str):
        raise Fault("a program must be sent as a JSON string token")
    return text.encode("utf-8", "surrogatepass")


class Collected:
    """What a sanitiser writes, to a limit."""

    is_bulky = True

    def __init__(self):
        self.data = bytearray()

    def consume(self, data):
        self.data += data
        return len(self.data) < SANITIZE_OUTPUT

    def overdue(self, now):
        return False


class Judge:
    """Answers the runner's requests, one at a time."""

    def __init__(self):
        self.zygote, self.task, self.broken = Zygote(), None, None

    def hello(self, request, blobs):
        self.zygote.send("H")
        version = self.zygote.receive("H")[0].decode()
        if version != sys.version:
            raise Fault("judge and zygote run different interpreters")
        try:
            import numpy
        except ImportError as error:
            raise Fault("the judge needs numpy: %s" % error) from None
        answer = {"op": "hello", "python": sys.version.split()[0], "numpy": numpy.__version__}
        answer["implementation"] = sys.implementation.name
        return answer, []

    def open(self, request, blobs):
        self.close()
        task = Task(self.zygote, request, blobs)
        self.task = None if task.failure else task
        return task.reply()

    def close(self):
        if self.task:
            self.task.close()
            self.task = None

    def candidate(self, request, blobs):
        if not self.task:
            raise Fault("a program came before a task")
        program = program_text(blobs[0])
        modules = mentions.named(blobs[0]) if len(program) <= PROGRAM_LIMIT else []
        self.task.begin(modules)
        answer, shown = {"op": "candidate"}, request.get("literal_limit", LITERAL_LIMIT)
        answer.update(self.task.candidate(request["halves"], request["fast"], program, modules, shown))
        return answer, []

    def sanitize(self, request, blobs):
        meta = {"entry_point": request.get("entry_point"), "seconds": SANITIZE_SECONDS}
        meta["memory_bytes"] = SANITIZE_MEMORY
        output = Collected()
        body = wire.pack_parts(json.dumps(meta).encode())
        report = self.zygote.run("S", body, SANITIZE_SECONDS, (program_text(blobs[0]),), output)
        try:
            text = str(output.data, "utf-8", "surrogatepass")
        except ValueError:
            text = None
        if report["exit"] != 0 or text is None:
            cause = "over %d s" % SANITIZE_SECONDS if report["killed"] else json.dumps(report)
            return {"op": "sanitize", "error": "the sanitiser did not finish: " + cause}, []
        return {"op": "sanitize"}, [json.dumps(text).encode()]

    def answer(self, request, blobs):
        handlers = {"hello": self.hello, "task": self.open}
        handlers.update({"candidate": self.candidate, "sanitize": self.sanitize})
        if self.broken:
            return {"op": "fault", "detail": self.broken}, []
        try:
            return handlers[request["op"]](request, blobs)
        except (Fault, KeyError, IndexError, ValueError, TypeError, OSError, MemoryError) as error:
            self.broken = clean("%s: %s" % (type(error).__name__, error))
            return {"op": "fault", "detail": self.broken}, []


def main():
    judge, requests = Judge(), Requests()
    gc.freeze()  # the collector need not look at our own modules again and again
    while True:
        write_reply(*judge.answer(*requests.next()))


if __name__ == "__main__":
    main()
