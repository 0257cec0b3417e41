"""The judge's end of the socket to the zygote: has programs run and hands over what they send.

The messages are listed in zygote.py.
"""

import _socket as socket  # socket.py has four times the code and is not needed
import fcntl
import json
import os
import select
import struct
import time

import oracle
import wire
from notices import Notices

ZYGOTE = 3
HALVES = ("base", "plus")
PATIENCE = 60.0
# Of entry.h and launch.c: how a program's process ended, why it was killed, which step of its set-up failed.
ENDING = struct.Struct("<iiiBB2xqqq")
CAUSES = ("", "limit", "judge", "judge")
STEPS = ("", "descriptors", "session", "limits", "options", "parent", "filter")
# Milliseconds between two looks at a result pipe: at the start, later, at most.
FIRST_PAUSE, LATER_PAUSE, LONGEST_PAUSE = 4, 16, 64
PIPE, LEAST_PIPE = 1 << 20, 1 << 12  # what the pipe for results should hold, and what any pipe does
SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ, which Python 3.9 does not know
AHEAD = 1 << 16
TWO_DESCRIPTORS = struct.Struct("=2i")


class Fault(Exception):
    """The harness failed; says nothing about any program."""


class Zygote:
    """The judge's end of the socket."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=ZYGOTE)
        self.notices, self.ahead = Notices(), bytearray()
        self.poll = select.poll()
        self.poll.register(self.sock, select.POLLIN)
        self.named, self.common = set(), set()  # modules that one task named; that all programs find loaded
        # Reused, because the kernel has to clear the pages of every new one.
        self.buffer = memoryview(bytearray(PIPE))

    def send(self, op, *parts):
        head = wire.parts_head(parts)
        self.send_pieces(op, head, *parts)

    def send_pieces(self, op, *pieces, rights=()):
        """Sends a message whose body is `pieces`, which may be megabytes and are not copied."""
        size = sum(map(len, pieces))
        head = wire.U32.pack(size) + op.encode()
        try:
            sent = self.sock.sendmsg([head, *pieces], rights)
            if sent < 5 + size:
                self.sock.sendall(b"".join((head,) + pieces)[sent:])
        except OSError as error:
            raise Fault("the zygote is gone (%s)" % error) from None

    def receive(self, wanted):
        """The parts of the next message, which must be `wanted`."""
        ahead = self.ahead
        try:
            while len(ahead) < 5 or len(ahead) < 5 + wire.U32.unpack_from(ahead)[0]:
                piece = self.sock.recv(AHEAD)
                if not piece:
                    raise Fault("the zygote died")
                ahead += piece
            op, end = chr(ahead[4]), 5 + wire.U32.unpack_from(ahead)[0]
            parts = wire.unpack_parts(bytes(ahead[5:end]))
            del ahead[:end]
        except (OSError, wire.WireError) as error:
            raise Fault("the zygote is gone (%s)" % error) from None
        if op == "f":
            raise Fault(parts[0].decode("utf-8", "replace"))
        if op != wanted:
            raise Fault("the zygote sent %r instead of %r" % (op, wanted))
        return parts

    def open_task(self, meta, base, plus):
        """Starts a task zygote."""
        self.send("T", json.dumps(meta).encode(), base, plus)
        self.loaded = set()
        self.receive("t")

    def expect(self, names):
        """Has the root zygote import those modules that an earlier task has named too. Two imports take longer
        than what is loaded adds to all the forks of a benchmark. No task may be open."""
        if "*" in names:
            return
        often = self.named.intersection(names) - self.common - {"numpy"}
        self.named.update(names)
        if often:
            self.send("L", json.dumps(sorted(often)).encode())
            self.common |= often

    def load(self, names):
        """Has the task zygote import the modules that the next program names."""
        if not self.loaded.issuperset(names):
            self.send("L", json.dumps(names).encode())
            self.loaded.update(names)

    def run(self, op, body, seconds, texts, reader):
        """Runs one child, as the message asks, on the program that `texts` end with, for `seconds` at most.
        `reader.consume(bytes)` gets its output, in a buffer that is used again, and returns False to have it
        killed, as `reader.overdue(now)` does by returning True. Returns how it ended."""
        (result, their_result), (their_source, source) = os.pipe(), os.pipe()
        try:
            is_ahead = sum(map(len, texts)) <= LEAST_PIPE
            if is_ahead:  # so that the child need not wait
                feed(source, texts)
            widen(their_result)
            rights = TWO_DESCRIPTORS.pack(their_result, their_source)
            self.send_pieces(op, body, rights=[(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        finally:
            os.close(their_result)
            os.close(their_source)
        try:
            if not is_ahead:
                feed(source, texts)
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
        outputs may fill the pipe, or nearly have, it waits for it as well, but not again until a pause after
        little came: nobody but the judge can let a program go on that waits for room."""
        os.set_blocking(result, False)
        both = self.both(result) if reader.is_bulky else None
        waiting = both or self.poll
        start = time.monotonic()
        deadline = start + seconds + PATIENCE
        poll, wanted, pause = waiting, True, FIRST_PAUSE
        while not self.ahead:
            ready = poll.poll(pause)
            if ready and ready[0][0] == ZYGOTE:
                break
            if ready and not ready[0][1] & select.POLLIN:
                waiting = both = self.poll  # all ends are closed: the message of the end is on its way
            now = time.monotonic()
            # Here, and not after a comparison that may itself take long.
            if now > deadline:
                raise Fault("the zygote did not report the end of a program")
            pause = min(2 * pause, max(LATER_PAUSE, int(250 * (now - start))), LONGEST_PAUSE)
            poll = waiting
            if wanted:
                wanted, count = self.drain(result, reader)
                if count > PIPE // 4:
                    poll = waiting = both = both or self.both(result)
                elif ready:
                    poll, pause = self.poll, FIRST_PAUSE // 2
                if not wanted or reader.overdue(time.monotonic()):
                    wanted, waiting, poll = False, self.poll, self.poll
                    self.send("K")
        how, rest = self.receive("x")
        while wanted:
            wanted, count = self.drain(result, reader)  # the child is dead, nothing is added
            if not count:
                break
        if wanted and rest:
            reader.consume(rest)
        return ending(how)

    def both(self, result):
        """What waits for the zygote and for the pipe."""
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        poll.register(result, select.POLLIN)
        return poll

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


def widen(pipe):
    """Until the judge empties it, from time to time, nobody should wait."""
    try:
        fcntl.fcntl(pipe, SET_PIPE_SIZE, PIPE)
    except OSError:
        pass  # over the user's quota of pipe memory the usual size is only slower


def feed(source, texts):
    """Writes `texts` to a child."""
    try:
        for text in texts:
            view = memoryview(text)
            while view:
                view = view[os.write(source, view) :]
    except BrokenPipeError:
        pass  # the child is dead; its report says how


def ending(data):
    """`struct ending` of entry.h as a dict."""
    pid, status, cause, is_locked, step, wall, cpu, rss = ENDING.unpack(data)
    return {
        "pid": pid, "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None, "killed": CAUSES[cause],
        "locked": is_locked == 1, "step": STEPS[step], "wall": wall / 1e9, "cpu": cpu / 1e6,
        "rss": rss << 10,
    }  # fmt: skip


def order(half, modules, seconds, capture=oracle.PLAIN, limits=None, fast=True, second=None):
    """The body of R. `limits`: (the least, all of them as doubles), and those of the half that a program may go on to;
    None is for the reference program."""
    goes_on, (least, packed), (later, others) = second is not None, limits or (0.0, b""), second or (0.0, b"")
    flags = (HALVES.index(half), limits is not None, fast, "*" in modules, wire.CAPTURES.index(capture), goes_on)
    return wire.ORDER.pack(int(seconds * 1e9), least, later, *flags) + packed + others
