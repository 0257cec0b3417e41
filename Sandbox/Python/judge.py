"""Main of box 1: holds the expected values, compares, and speaks with the runner.

The judge never runs a program and never sees one run. It reads values off the result pipe of each
child of the zygote, compares them with the expected ones in the order of the tests, and takes
everything else (exit status, times, memory) from the zygote. The stream says nothing that counts
but values: what is missing, out of order or garbled is a failure.
"""

import _socket as socket  # socket.py has four times the code and is not needed
import array
import gc
import json
import os
import select
import struct
import sys
import time

import convert
import library
import oracle
import wire
from expected import Expected
from notices import Notices
from runner import Requests, write_reply
from trial import LITERAL_LIMIT, Reference, Trial

ZYGOTE = 3
HALVES = ("base", "plus")
META = ("task_id", "dataset", "entry_point", "memory_bytes")
REFERENCE_SECONDS, SANITIZE_SECONDS, PATIENCE = 300.0, 60.0, 60.0
TEXT_LIMIT = 8192  # characters of a text in a verdict
# Of entry.h and launch.c: how a program's process ended, why it was killed, which step of its set-up failed.
ENDING = struct.Struct("<iiiBB2xqqq")
CAUSES = ("", "limit", "judge", "judge")
STEPS = ("", "descriptors", "session", "limits", "options", "parent", "filter")
# Milliseconds between two looks at a result pipe: at the start, later, at most.
FIRST_PAUSE, LATER_PAUSE, LONGEST_PAUSE = 4, 16, 64
PIPE = 1 << 20
AHEAD = 1 << 16
TWO_DESCRIPTORS = socket.CMSG_SPACE(8)
PACKED_LIMIT = 48 << 20  # larger expected values are not given to the runner to be kept
SANITIZE_MEMORY, SANITIZE_OUTPUT = 2 << 30, 64 << 20
PROGRAM_LIMIT = 16 << 20  # a larger one takes its time and memory before it is locked down


class Fault(Exception):
    """The harness failed; says nothing about any program."""


class Zygote:
    """The judge's end of the socket; the messages are listed in zygote.py."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=ZYGOTE)
        self.notices, self.ahead = Notices(), bytearray()
        self.poll = select.poll()
        self.poll.register(self.sock, select.POLLIN)
        # Reused, because the kernel has to clear the pages of every new one.
        self.buffer = memoryview(bytearray(PIPE))

    def send(self, op, *parts):
        head = wire.parts_head(parts)
        self.send_pieces(op, head, *parts)

    def send_pieces(self, op, *pieces):
        """Sends a message whose body is `pieces`, which may be megabytes and are not copied."""
        size = sum(map(len, pieces))
        head = wire.U32.pack(size) + op.encode()
        try:
            sent = self.sock.sendmsg([head, *pieces])
            if sent < 5 + size:
                self.sock.sendall(b"".join((head,) + pieces)[sent:])
        except OSError as error:
            raise Fault("the zygote is gone (%s)" % error) from None

    def receive(self, wanted):
        """The parts of the next message, which must be `wanted`, and the descriptors with it."""
        descriptors, ahead = array.array("i"), self.ahead
        try:
            # Reading ends after a message with descriptors, so they are not those of a later one.
            while len(ahead) < 5 or len(ahead) < 5 + wire.U32.unpack_from(ahead)[0]:
                piece, rights, _, _ = self.sock.recvmsg(AHEAD, TWO_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC)
                if not piece:
                    raise Fault("the zygote died")
                ahead += piece
                for level, kind, data in rights:
                    if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                        descriptors.frombytes(data[: len(data) - len(data) % 4])
            op, end = chr(ahead[4]), 5 + wire.U32.unpack_from(ahead)[0]
            parts = wire.unpack_parts(bytes(ahead[5:end]))
            del ahead[:end]
        except (OSError, wire.WireError) as error:
            raise Fault("the zygote is gone (%s)" % error) from None
        if op == "f":
            raise Fault(parts[0].decode("utf-8", "replace"))
        if op != wanted:
            raise Fault("the zygote sent %r instead of %r" % (op, wanted))
        return parts, descriptors.tolist()

    def open_task(self, meta, base, plus):
        """Starts a task zygote. Returns the numbers of base and plus tests."""
        self.send("T", json.dumps(meta).encode(), base, plus)
        self.loaded = set()
        return tuple(json.loads(self.receive("t")[0][0]))

    def load(self, names):
        """Has the task zygote import the modules that the next program names."""
        if not self.loaded.issuperset(names):
            self.send("L", json.dumps(names).encode())
            self.loaded.update(names)

    def run(self, op, body, seconds, program, reader):
        """Runs one child, as the message asks, on `program` (UTF-8), for `seconds` at most.
        `reader.consume(bytes)` gets its output, in a buffer that is used again, and returns False to have it
        killed, as `reader.overdue(now)` does by returning True. Returns how it ended."""
        self.send_pieces(op, body)
        _, descriptors = self.receive("r")
        if len(descriptors) != 2:
            raise Fault("the zygote passed %d descriptors instead of 2" % len(descriptors))
        result, source = descriptors
        try:
            try:
                view = memoryview(program)
                while view:
                    view = view[os.write(source, view) :]
            except BrokenPipeError:
                pass  # the child is dead; its report says how
            finally:
                os.close(source)
            report = self.watch(result, seconds, reader)
        finally:
            os.close(result)
        report["forbidden"] = self.notices.forbidden(report)
        return report

    def watch(self, result, seconds, reader):
        """Looks at the pipe from time to time instead of waiting for it: waking this process after
        each of a thousand short tests would take longer than the tests. The pauses grow to a quarter
        of the time that went by, so that a program which fails does not go on for much longer. Where
        outputs may fill the pipe it waits for it as well, but not again until a pause after little
        came: nobody but the judge can let a program go on that waits for room."""
        os.set_blocking(result, False)
        waiting = select.poll() if reader.is_bulky else self.poll
        if reader.is_bulky:
            waiting.register(self.sock, select.POLLIN)
            waiting.register(result, select.POLLIN)
        start = time.monotonic()
        deadline = start + seconds + PATIENCE
        poll, wanted, pause = waiting, True, FIRST_PAUSE
        while not self.ahead:
            ready = poll.poll(pause)
            if ready and ready[0][0] == ZYGOTE:
                break
            if ready and not ready[0][1] & select.POLLIN:
                waiting = self.poll  # all ends are closed: the message of the end is on its way
            now = time.monotonic()
            # Here, and not after a comparison that may itself take long.
            if now > deadline:
                raise Fault("the zygote did not report the end of a program")
            pause = min(2 * pause, max(LATER_PAUSE, int(250 * (now - start))), LONGEST_PAUSE)
            poll = waiting
            if wanted:
                wanted, count = self.drain(result, reader)
                if ready and count < PIPE // 8:
                    poll, pause = self.poll, FIRST_PAUSE // 2
                if not wanted or reader.overdue(time.monotonic()):
                    wanted, waiting, poll = False, self.poll, self.poll
                    self.send("K")
        report = ending(self.receive("x")[0][0])
        while wanted:
            wanted, count = self.drain(result, reader)  # the child is dead, nothing is added
            wanted = wanted and count > 0
        return report

    def drain(self, result, reader):
        """Hands over what is in the pipe. Returns whether more is wanted, and how many bytes it was."""
        total = 0
        while True:
            try:
                count = os.readv(result, [self.buffer])
            except BlockingIOError:
                return True, total
            total += count
            if count and not reader.consume(self.buffer[:count]):
                return False, total
            if count < PIPE:
                return True, total  # the pipe was empty, or nearly


def ending(data):
    """`struct ending` of entry.h as a dict."""
    pid, status, cause, is_locked, step, wall, cpu, rss = ENDING.unpack(data)
    return {
        "pid": pid, "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None, "killed": CAUSES[cause],
        "locked": is_locked == 1, "step": STEPS[step], "wall": wall / 1e9, "cpu": cpu / 1e6,
        "rss": rss << 10,
    }  # fmt: skip


def order(half, modules, seconds, capture=oracle.PLAIN, limits=None, fast=True):
    """The body of R. `limits`: (the least, all of them as doubles); None is for the reference program."""
    flags = (HALVES.index(half), limits is not None, fast, "*" in modules, wire.CAPTURES.index(capture))
    least, packed = limits or (0.0, b"")
    return wire.ORDER.pack(int(seconds * 1e9), least, *flags) + packed


class Task:
    """One open task: its expected values and limits. The zygote holds the inputs."""

    def __init__(self, zygote, request, blobs):
        self.zygote, self.request = zygote, request
        self.program, self.modules = program_text(blobs[3]), library.named(blobs[3]) + ["copy"]
        self.raw = {"base": blobs[0], "plus": blobs[1]}
        self.tolerance = json.loads(blobs[2])
        self.parsed, self.failure = {}, None
        self.meta = {key: request[key] for key in META}
        self.expected = unpack_expected(blobs[4]) if len(blobs) > 4 else {}
        self.is_known = bool(self.expected)
        self.counts = zygote.open_task(self.meta, blobs[0], blobs[1])
        if not self.is_known or self.counts != tuple(len(self.expected.get(half, ())) for half in HALVES):
            self.learn()
        self.limits = {half: self.time_limits(half) for half in self.expected}
        self.packed_limits = {
            half: (min(x, default=0.0), array.array("d", x).tobytes()) for half, x in self.limits.items()
        }
        self.sums = {half: sum(x) for half, x in self.limits.items()}
        self.capture = oracle.capture(request["dataset"], request["entry_point"])

    def learn(self):
        """Runs the reference program for the expected values. No candidate is ever forked from a
        process that did that."""
        self.is_known, self.expected = False, {}
        for half, count in zip(HALVES, self.counts):
            self.failure = self.failure or self.reference(half, count)
        self.zygote.send("E")
        if not self.failure:
            self.zygote.open_task(self.meta, self.raw["base"], self.raw["plus"])

    def relearn(self):
        """Makes the values of which only digests were kept. The limits stay those of the first time."""
        self.zygote.send("E")
        self.zygote.open_task(self.meta, self.raw["base"], self.raw["plus"])
        self.learn()
        if self.failure:
            raise Fault("the reference program fails the second time: " + self.failure)

    def reference(self, half, count):
        """Runs the reference program. Returns None, or why it is no reference."""
        run = Reference(self.request["dataset"], self.request["entry_point"], count)
        self.zygote.load(self.modules)
        body = order(half, self.modules, REFERENCE_SECONDS)
        report = self.zygote.run("R", body, REFERENCE_SECONDS, self.program, run)
        if not report["locked"]:
            raise Fault("a program's process could not be set up (%s)" % json.dumps(report))
        self.expected[half] = run.values
        reason = run.failure(report)
        return "%s test: %s" % (half, reason) if reason else None

    def time_limits(self, half):
        least, factor = self.request["min_time_limit"], self.request["time_factor"]
        return [max(least, factor * seconds) for seconds in self.expected[half].seconds]

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

    def candidate(self, half, fast, program, modules, shown):
        """The verdict on one half, as the reply's object. `modules` are those that the program names."""
        request, expected, limits = self.request, self.expected[half], self.limits[half]
        # evalplus: T = min(60, sum) + 1, one more when all tests are run, and the parent of the
        # process waits for T + 1.
        seconds = min(request["max_total_time"], self.sums[half]) + (2 if fast else 3)
        trial = Trial(request, self.tolerance, expected, limits, lambda: self.inputs(half), fast, shown)
        if len(program) > PROGRAM_LIMIT:
            detail = "a program of %d bytes, %d are allowed" % (len(program), PROGRAM_LIMIT)
            trial.program_error = ("out of memory", detail)
            return trial.verdict({"wall": 0, "cpu": 0, "rss": 0})
        self.zygote.load(modules)
        body = order(half, modules, seconds, self.capture, self.packed_limits[half], fast)
        report = self.zygote.run("R", body, seconds, program, trial)
        if not report["locked"]:
            raise Fault("a program's process could not be set up (%s)" % json.dumps(report))
        if trial.is_unsure:
            self.relearn()
            return self.candidate(half, fast, program, modules, shown)
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
        version = self.zygote.receive("H")[0][0].decode()
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
            self.task = None
            self.zygote.send("E")

    def candidate(self, request, blobs):
        if not self.task:
            raise Fault("a program came before a task")
        program = program_text(blobs[0])
        answer, shown = {"op": "candidate"}, request.get("literal_limit", LITERAL_LIMIT)
        modules = library.named(blobs[0]) if len(program) <= PROGRAM_LIMIT else []
        for half in request["halves"]:
            answer[half] = self.task.candidate(half, request["fast"], program, modules, shown)
        return answer, []

    def sanitize(self, request, blobs):
        meta = {"entry_point": request.get("entry_point"), "seconds": SANITIZE_SECONDS}
        meta["memory_bytes"] = SANITIZE_MEMORY
        output = Collected()
        body = wire.pack_parts(json.dumps(meta).encode())
        report = self.zygote.run("S", body, SANITIZE_SECONDS, program_text(blobs[0]), output)
        try:
            text = json.loads(output.data)
        except ValueError:
            text = None
        if report["exit"] != 0 or not isinstance(text, str):
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
