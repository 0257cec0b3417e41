"""Main of box 2: forks a child for every program.

Two kinds of process speak on the socket (descriptor 3), one at a time: the root zygote, which
never sees a task's inputs, and the task zygote that it forks for a task with several programs, which
parses the inputs for them all. A single program is forked from the root, and parses its own half of the
inputs before it is locked down. Programs never pass through either: each child reads its own from a pipe that
the judge writes, so a child inherits nothing of the children before it.

Messages, both ways: u32 length | u8 op | parts (wire.pack_parts).
  judge   H ping | T task: meta, base, plus | L load, into the one that hears it: names | S sanitize: order
          O run once: meta, order as in R
          R run: wire.ORDER and a limit for each test (no parts) | K kill the child | E end of the task
  zygote  H version | t task ready | f fault: text
          x child ended: struct ending of entry.h, what was left in its outbox
With S, O and R come the child's ends of its pipes: for its result, of its program. x comes from the entry code
(launch.py), which takes R and K as well.
"""

# The C modules alone, where there are any: what is loaded here is mapped anew for each program.
import _signal
import _socket
import fcntl
import gc
import os
import sys

import arenas
import candidate
import convert
import encode
import guard
import launch
import library
import outbox
import sanitizer
import traces
import wire

SOCKET = 3
OWN_MODULES = """wire bulk vectors encode brief outbox convert guard library sanitizer arenas launch opcode traces
    candidate zygote""".split()


class Box:
    """What the zygotes of a box share: the socket to the judge, what starts programs, and their outbox."""

    def __init__(self, sock):
        self.sock = sock
        self.launcher = self.outbox = None

    def exactly(self, size):
        data = bytearray()
        while len(data) < size:
            piece = self.sock.recv(min(size - len(data), 1 << 20))
            if not piece:
                return None
            data += piece
        return data

    def body(self, size):
        return wire.unpack_parts(self.exactly(size))

    def send(self, op, *parts):
        body = wire.pack_parts(*parts)
        try:
            self.sock.sendall(wire.U32.pack(len(body)) + op.encode() + body)
        except (BrokenPipeError, ConnectionResetError):
            os._exit(0)  # the judge is gone, and the slot with it


# Bound here because each module that a child looks into is a page or two to be copied.
_enable, _modules, _exit, _read_program = gc.enable, sys.modules, os._exit, candidate.read_program
_read_order = wire.ORDER.unpack_from


def begin(work):
    """Runs `work(program text)` in a child that is locked down."""
    try:
        _enable()
        if "random" in _modules:
            _modules["random"].seed()  # as os.fork has it done
        work(_read_program())
    finally:
        _exit(launch.SETUP_FAILED)


def sanitize(box, size):
    """One text through the sanitiser, in a child that is locked down like a program."""
    load_by(sanitizer.load)
    meta = convert.parse(box.body(size)[0])

    def work(text):
        answer = sanitizer.sanitize(text, meta["entry_point"])
        outbox.write_all(answer.encode("utf-8", "surrogatepass"))
        os._exit(0)

    box.launcher.limit_space(meta["memory_bytes"])
    if box.launcher.launch(meta["seconds"]):
        begin(work)


def serve_task(box, size):
    """The life of a task zygote: parse, report, run programs until `E`."""
    meta, base, plus = box.body(size)
    meta = convert.parse(meta)
    inputs = []
    for raw in (base, plus):
        inputs.append(convert.convert(meta["dataset"], meta["task_id"], convert.parse(raw)))
    del base, plus
    launcher, allowance = box.launcher, meta["memory_bytes"] or 0
    order = bytearray(wire.ORDER.size + 8 * sum(map(len, inputs)))
    runs = [half_run(order, box.outbox, meta["entry_point"], tests) for tests in inputs]
    second = half_run(order, box.outbox, meta["entry_point"], inputs[1], len(inputs[0]))
    launcher.receive_into(order)
    launcher.limit_space(allowance)
    gc.freeze()
    box.send("t")
    while True:
        served = launcher.serve()
        if served is None:
            return
        op, size = served
        if op == "R":
            fields = _read_order(order)
            run = runs[fields[3]]
            run.take(fields, second)
            begin(run.program)
        elif op == "S":
            sanitize(box, size)
            launcher.limit_space(allowance)
        elif op == "L":
            if load_for_all(box, size):
                launcher.limit_space(allowance)  # what the zygote itself takes has grown
        else:
            box.body(size)  # "K" crossed the end of its program
            if op == "E":
                return


def load(names):
    """Imports modules that the next programs name. Returns whether there were any."""
    if library.are_loaded(names):
        return False
    load_by(lambda: library.load(names))
    return True


def load_by(work):
    """Has `work` import modules."""
    guard.lifted(work)
    encode.learn()


def load_for_all(box, size):
    """Imports modules into this zygote. Returns whether there were any."""
    if not load(convert.parse(box.body(size)[0])):
        return False
    gc.collect()
    settle()
    return True


def run_once(box, size):
    """One program on its half of a task. Before it, through the same pipe, comes that half: u64 size, JSON."""
    meta, order = box.body(size)
    meta = convert.parse(meta)
    launcher = box.launcher
    if launcher.launch(_read_order(order)[0] / 1e9, is_late=True):
        try:
            source = launcher.program
            raw = exactly(source, int.from_bytes(exactly(source, 8), "little"))
            tests = convert.convert(meta["dataset"], meta["task_id"], convert.parse(raw))
            del raw
            if meta["tests"] not in (None, len(tests)):
                os._exit(launch.MISFIT)
            load(meta["modules"])
            launcher.limit_space(meta["memory_bytes"] or 0)
            gc.freeze()
            launcher.lock()
            run = half_run(order, box.outbox, meta["entry_point"], tests)
            run.take(_read_order(order))
            begin(run.program)
        except BaseException as error:
            os.write(2, ("before a program: %r\n" % (error,)).encode()[:500])
        finally:
            os._exit(launch.SETUP_FAILED)


def exactly(source, size):
    """The next `size` bytes of a pipe."""
    data = bytearray(size)
    view = memoryview(data)
    while view:
        count = os.readv(source, [view])
        if not count:
            raise EOFError
        view = view[count:]
    return data


def half_run(order, outbox, entry_point, tests, first=0):
    """What a program's process is going to do once it has its order, which brings the limits, the `first` of them for
    another half."""
    start = wire.ORDER.size + 8 * first
    limits = memoryview(order)[start : start + 8 * len(tests)].cast("d")
    return candidate.Run(outbox, entry_point, tests, limits)


def settle():
    """The end of what a zygote loads: its children neither collect nor overwrite it."""
    arenas.open_pools()
    gc.freeze()


REHEARSALS = 20
PLAY = """
def f(x):
    \"\"\"Text.\"\"\"
    items = [x for x in (x,) if x is not f]
    return items[0]
"""


def warm():
    """Pays once for what every child would otherwise do first. Python adapts its code while it runs and
    remembers where it found attributes, and each such note in a child is a page that has to be copied."""
    inputs = [[value] for value in (True, 1, 2.5, "a", None, [1, 2], ("a", "b"), {1: "a"}, [[1], [2]])]
    limits = memoryview(bytearray(8 * len(inputs))).cast("d")
    streams, write = (sys.stdin, sys.stdout, sys.stderr), outbox._write
    outbox._write = lambda file, data: len(data)
    try:
        for _ in range(REHEARSALS):
            box = outbox.Outbox(memoryview(bytearray(1 << 12)))
            run = candidate.Run(box, "f", inputs, limits)
            second = candidate.Run(box, "f", inputs, limits)
            run.take((0, 60.0, 60.0, 0, True, True, False, 0, True), second)
            code = run.compiled(PLAY)
            traces.leaves_none(code)
            run.run(code)
            second.run(code)
    finally:
        outbox._write = write
        sys.stdin, sys.stdout, sys.stderr = streams
        _signal.setitimer(_signal.ITIMER_REAL, 0)
        _signal.signal(_signal.SIGALRM, _signal.SIG_DFL)


def serve_root(box):
    while True:
        message = box.launcher.receive()
        if message is None:
            return
        op, size = message
        if op == "T":
            pid = box.launcher.fork()
            if pid == 0:
                code = 1
                try:
                    serve_task(box, size)
                    code = 0
                except BaseException as error:
                    os.write(2, ("task zygote: %r\n" % (error,)).encode()[:500])
                finally:
                    os._exit(code)
            status = os.waitpid(pid, 0)[1]
            if status:
                box.send("f", b"the task zygote died (wait status %d)" % status)
        elif op == "O":
            run_once(box, size)
        elif op == "L":
            load_for_all(box, size)
        elif op == "S":
            sanitize(box, size)
        elif op == "H":
            box.body(size)
            box.send("H", sys.version.encode())
        else:
            box.body(size)


def hide_zygote():
    """Takes out of sys.modules what a program should not meet by chance. No wall: it can find it."""
    for name in OWN_MODULES:
        sys.modules.pop(name, None)
    sys.modules["__main__"] = type(sys)("__main__")


def main():
    sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=SOCKET)
    fcntl.fcntl(SOCKET, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    box = Box(sock)
    try:
        box.launcher = launch.Launcher(SOCKET, sys.argv[1:] != ["unfiltered"])
        box.outbox = outbox.Outbox(box.launcher.shared)
    except launch.Broken as error:
        box.send("f", str(error).encode())
        os._exit(launch.SETUP_FAILED)
    gc.disable()
    warm()
    guard.restrict()
    hide_zygote()
    gc.collect()
    settle()
    serve_root(box)
    os._exit(0)


if __name__ == "__main__":
    main()
