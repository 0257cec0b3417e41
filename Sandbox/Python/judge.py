"""Main of box 1: holds the expected values, compares, and speaks with the runner.

The judge never runs a program and never sees one run. It reads values off the result pipe of each
child of the zygote, compares them with the expected ones in the order of the tests, and takes
everything else (exit status, times, memory) from the zygote. The stream says nothing that counts
but values: what is missing, out of order or garbled is a failure.
"""

import _socket as socket  # socket.py has four times the code and is not needed
import array
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
FIRST_PAUSE, LONGEST_PAUSE = 2, 16  # milliseconds between two looks at a result pipe
PIPE = 1 << 20
PACKED_LIMIT = 48 << 20  # larger expected values are not given to the runner to be kept
SANITIZE_MEMORY, SANITIZE_OUTPUT = 2 << 30, 64 << 20
PROGRAM_LIMIT = 16 << 20  # a larger one takes its time and memory before it is locked down


class Fault(Exception):
    """The harness failed; says nothing about any program."""


class Zygote:
    """The judge's end of the socket; the messages are listed in zygote.py."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=ZYGOTE)
        self.notices = Notices()

    def send(self, op, *parts):
        self.send_body(op, wire.pack_parts(*parts))

    def send_body(self, op, body):
        try:
            self.sock.sendall(wire.U32.pack(len(body)) + op.encode() + body)
        except OSError as error:
            raise Fault("the zygote is gone (%s)" % error) from None

    def receive(self, wanted):
        """The parts of the next message, which must be `wanted`, and the descriptors with it."""
        descriptors = array.array("i")
        try:
            head, rights, _, _ = self.sock.recvmsg(5, socket.CMSG_SPACE(8), socket.MSG_CMSG_CLOEXEC)
            for level, kind, data in rights:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    descriptors.frombytes(data[: len(data) - len(data) % 4])
            head += self.exactly(5 - len(head)) if head else b""
            if not head:
                raise Fault("the zygote died")
            parts = wire.unpack_parts(self.exactly(wire.U32.unpack_from(head)[0]))
        except (OSError, wire.WireError) as error:
            raise Fault("the zygote is gone (%s)" % error) from None
        op = chr(head[4])
        if op == "f":
            raise Fault(parts[0].decode("utf-8", "replace"))
        if op != wanted:
            raise Fault("the zygote sent %r instead of %r" % (op, wanted))
        return parts, descriptors.tolist()

    def exactly(self, size):
        data = bytearray()
        while len(data) < size:
            piece = self.sock.recv(min(size - len(data), 1 << 20))
            if not piece:
                raise Fault("the zygote died")
            data += piece
        return bytes(data)

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
        """Runs one child, as the message asks, on `program` (a JSON string token), for `seconds` at most.
        `reader.consume(bytes)` gets its output and returns False to have it killed, as
        `reader.overdue(now)` does by returning True. Returns how it ended."""
        self.send_body(op, body)
        _, descriptors = self.receive("r")
        if len(descriptors) != 2:
            raise Fault("the zygote passed %d descriptors instead of 2" % len(descriptors))
        result, source = descriptors
        try:
            try:
                view = memoryview(json.loads(program).encode("utf-8", "surrogatepass"))
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
        each of a thousand short tests would take longer than the tests."""
        os.set_blocking(result, False)
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        deadline = time.monotonic() + seconds + PATIENCE
        wanted, pause = True, FIRST_PAUSE
        while not poll.poll(pause):
            # Here, and not after a comparison that may itself take long.
            if time.monotonic() > deadline:
                raise Fault("the zygote did not report the end of a program")
            pause = min(2 * pause, LONGEST_PAUSE)
            if wanted:
                wanted, count = drain(result, reader)
                if count > PIPE // 4:
                    pause = FIRST_PAUSE
                if not wanted or reader.overdue(time.monotonic()):
                    wanted = False
                    self.send("K")
        report = ending(self.receive("x")[0][0])
        if wanted:
            drain(result, reader)  # the child is dead, nothing is added
        return report


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
    """The body of R. Without limits it is for the reference program."""
    flags = (HALVES.index(half), limits is not None, fast, "*" in modules, wire.CAPTURES.index(capture))
    limits = array.array("d", limits or ())
    return wire.ORDER.pack(int(seconds * 1e9), min(limits, default=0.0), *flags) + limits.tobytes()


def drain(result, reader):
    """Hands over what is in the pipe. Returns whether more is wanted, and how many bytes it was."""
    total = 0
    while True:
        try:
            data = os.read(result, PIPE)
        except BlockingIOError:
            return True, total
        if not data:
            return True, total
        total += len(data)
        if not reader.consume(data):
            return False, total


class Task:
    """One open task: its expected values and limits. The zygote holds the inputs."""

    def __init__(self, zygote, request, blobs):
        self.zygote, self.request, self.program = zygote, request, blobs[3]
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
        modules = library.named(self.program) + ["copy"]
        self.zygote.load(modules)
        body = order(half, modules, REFERENCE_SECONDS)
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

    def candidate(self, half, fast, program, shown):
        """The verdict on one half, as the reply's object."""
        request, expected, limits = self.request, self.expected[half], self.limits[half]
        # evalplus: T = min(60, sum) + 1, one more when all tests are run, and the parent of the
        # process waits for T + 1.
        seconds = min(request["max_total_time"], sum(limits)) + (2 if fast else 3)
        trial = Trial(request, self.tolerance, expected, limits, lambda: self.inputs(half), fast, shown)
        if len(program) > PROGRAM_LIMIT:
            detail = "a program of %d bytes, %d are allowed" % (len(program), PROGRAM_LIMIT)
            trial.program_error = ("out of memory", detail)
            return trial.verdict({"wall": 0, "cpu": 0, "rss": 0})
        modules, capture = library.named(program), oracle.capture(request["dataset"], request["entry_point"])
        self.zygote.load(modules)
        body = order(half, modules, seconds, capture, limits, fast)
        report = self.zygote.run("R", body, seconds, program, trial)
        if not report["locked"]:
            raise Fault("a program's process could not be set up (%s)" % json.dumps(report))
        if trial.is_unsure:
            self.relearn()
            return self.candidate(half, fast, program, shown)
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


def checked_token(token):
    """`token` itself, when it is JSON text of a string."""
    if not isinstance(json.loads(token), str):
        raise Fault("a program must be sent as a JSON string token")
    return token


class Collected:
    """What a sanitiser writes, to a limit."""

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
        import platform

        try:
            import numpy
        except ImportError as error:
            raise Fault("the judge needs numpy: %s" % error) from None
        answer = {"op": "hello", "python": platform.python_version(), "numpy": numpy.__version__}
        answer["implementation"] = sys.implementation.name
        return answer, []

    def open(self, request, blobs):
        checked_token(blobs[3])
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
        program = checked_token(blobs[0])
        answer = {"op": "candidate"}
        for half in request["halves"]:
            shown = request.get("literal_limit", LITERAL_LIMIT)
            answer[half] = self.task.candidate(half, request["fast"], program, shown)
        return answer, []

    def sanitize(self, request, blobs):
        meta = {"entry_point": request.get("entry_point"), "seconds": SANITIZE_SECONDS}
        meta["memory_bytes"] = SANITIZE_MEMORY
        output = Collected()
        body, token = wire.pack_parts(json.dumps(meta).encode()), checked_token(blobs[0])
        report = self.zygote.run("S", body, SANITIZE_SECONDS, token, output)
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


def read_exactly(size):
    data = bytearray()
    while len(data) < size:
        piece = os.read(0, min(size - len(data), 1 << 20))
        if not piece:
            os._exit(0)  # the runner is gone
        data += piece
    return bytes(data)


def read_request():
    json_length, blob_count = struct.unpack("<II", read_exactly(8))
    lengths = struct.unpack("<%dQ" % blob_count, read_exactly(8 * blob_count))
    request = json.loads(read_exactly(json_length))
    return request, [read_exactly(length) for length in lengths]


def write_reply(answer, blobs):
    text = json.dumps(answer).encode()
    head = struct.pack("<II%dQ" % len(blobs), len(text), len(blobs), *map(len, blobs))
    view = memoryview(b"".join([head, text] + blobs))
    while view:
        view = view[os.write(1, view) :]


def main():
    judge = Judge()
    while True:
        write_reply(*judge.answer(*read_request()))


if __name__ == "__main__":
    main()
