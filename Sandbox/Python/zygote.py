"""Main of box 2: parses a task's inputs once and forks a child for every program.

Two kinds of process speak on the socket (descriptor 3), one at a time: the root zygote, which
never sees a task's bytes, and the task zygote that it forks for a task and waits for. Programs
never pass through either: each child reads its own from a pipe that the judge writes, so a child
inherits nothing of the children before it.

Messages, both ways: u32 length | u8 op | parts (wire.pack_parts).
  judge   H ping | T task: meta, base, plus | R run: order, limits | S sanitize: order
          K kill the child | E end of the task
  zygote  H version | t task ready: meta | r child started (+ result read end, program write end)
          x child ended: meta | f fault: text
"""

import _socket  # socket.py has four times the code and is not needed
import array
import fcntl
import gc
import json
import mmap
import os
import resource
import select
import signal
import struct
import sys
import time

import candidate
import convert
import encode
import guard
import library
import sanitizer
import wire

SOCKET, FILTER = 3, 4
_fork, _kill = os.fork, os.kill  # the guard takes them away
PIPE_SIZE = 1 << 20  # the judge empties the pipe from time to time; until then nobody should wait
PID_PLACEHOLDER = 0x7E11DEAD  # stands for the own process id in the filter's comparisons


class Box:
    """What the children of this zygote share: the filter, the descriptor bound, the socket."""

    def __init__(self, sock, program):
        self.sock, self.filter = sock, program
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.descriptors = limit if 0 < limit < 1 << 16 else 1 << 16
        self.main = None
        # Where the filter compares with the own process id, which each child patches in.
        words = struct.unpack("=%dI" % (len(program) // 4), program)
        self.patches = [4 * at for at in range(1, len(words), 2) if words[at] == PID_PLACEHOLDER]
        # Shared with the children: 1 when a child is locked down. It unmaps the page before it runs a
        # program, which could take the record that says so out of the pipe by way of /proc/self/fd.
        self.locked = mmap.mmap(-1, mmap.PAGESIZE)

    def enable_collector(self):
        gc.enable()

    def receive(self):
        """The next message as (op, body); None at the end of the judge."""
        head = self.exactly(5)
        if head is None:
            return None
        return chr(head[4]), head

    def exactly(self, size):
        data = bytearray()
        while len(data) < size:
            piece = self.sock.recv(min(size - len(data), 1 << 20))
            if not piece:
                return None
            data += piece
        return data

    def body(self, head):
        return wire.unpack_parts(self.exactly(wire.U32.unpack_from(head)[0]))

    def send(self, op, *parts, descriptors=()):
        body = wire.pack_parts(*parts)
        message = wire.U32.pack(len(body)) + op.encode() + body
        rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", descriptors))]
        try:
            sent = self.sock.sendmsg([message], rights if descriptors else [])
            self.sock.sendall(message[sent:])
        except (BrokenPipeError, ConnectionResetError):
            os._exit(0)  # the judge is gone, and the slot with it


def measure(kind, flags):
    """The bytes of address space (or data) in use, found by trying: there is no /proc."""
    soft, hard = resource.getrlimit(kind)
    low, high = 0, 1 << 42
    if hard != resource.RLIM_INFINITY:
        high = min(high, hard)
    try:
        while high - low > 1 << 20:
            middle = (low + high) // 2
            resource.setrlimit(kind, (middle, hard))
            try:
                mmap.mmap(-1, 4096, flags).close()
                high = middle
            except (OSError, MemoryError, ValueError):
                low = middle
    finally:
        resource.setrlimit(kind, (soft, hard))
    return high


def allowed_space(allowance):
    """Limits for address space and data: what is in use now, plus the allowance. None: no limit."""
    if not allowance or allowance < 0:
        return None
    private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    return tuple(
        measure(kind, private) + allowance for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)
    )


class Space:
    """What a task's programs may allocate: limits for address space and data, net of what the
    zygote itself takes. They are measured again when that grows."""

    def __init__(self, allowance):
        self.allowance, self.limits = allowance, allowed_space(allowance)

    def load(self, names):
        """Imports the modules that the next program names."""
        if library.are_loaded(names):
            return
        with guard.lifted():
            library.load(names)
        encode.learn()
        gc.collect()
        gc.freeze()
        self.limits = allowed_space(self.allowance)


def start_child(box, total, space, work):
    """Forks a child which locks itself down and calls `work(program text)`, and waits for it.

    The judge gets the pipes at once and an `x` message at the end. SIGKILL follows when `total`
    seconds of wall time have passed, when the judge asks (K) or when it is gone."""
    result_read, result_write = os.pipe2(os.O_CLOEXEC)
    try:
        fcntl.fcntl(result_write, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    except OSError:
        pass  # over the user's quota of pipe memory; the usual size is only slower
    program_read, program_write = os.pipe2(os.O_CLOEXEC)
    parent, start = os.getpid(), time.monotonic()
    box.locked[0] = 0
    pid = _fork()
    if pid == 0:
        try:
            os.close(program_write)
            os.close(result_read)
            text = candidate.read_program(program_read)
            candidate.enter(box, parent, result_write, space, total)
            work(text)
        except BaseException as error:
            # After `enter` this goes to /dev/null: what a program raises here is its own affair.
            os.write(2, ("a program's process: %r\n" % (type(error),)).encode()[:500])
        finally:
            os._exit(candidate.SETUP_FAILED)
    os.close(result_write)
    os.close(program_read)
    handle = os.pidfd_open(pid)
    box.send("r", descriptors=(result_read, program_write))
    os.close(result_read)
    os.close(program_write)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(box.sock, select.POLLIN)
    ended, cause, orphaned = False, "", False
    while not ended:
        remaining = start + total - time.monotonic()
        if remaining <= 0 and not cause:
            cause = "limit"
            _kill(pid, signal.SIGKILL)
        timeout = None if cause else max(0, int(remaining * 1000) + 1)
        for descriptor, _ in poll.poll(timeout):
            if descriptor == handle:
                ended = True
            else:
                message = box.receive()
                orphaned = message is None
                if orphaned:
                    poll.unregister(box.sock)
                else:
                    box.body(message[1])
                if not cause:
                    cause = "judge"
                    _kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - start
    os.close(handle)
    if orphaned:
        os._exit(0)
    report = {
        "pid": pid,
        "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "rss": usage.ru_maxrss * 1024,
        "killed": cause,
        "locked": box.locked[0] == 1,
    }
    box.send("x", json.dumps(report).encode())


def sanitize(box, head):
    """One text through the sanitiser, in a child that is locked down like a program."""
    sanitizer.load()
    meta = json.loads(box.body(head)[0])

    def work(text):
        answer = sanitizer.sanitize(text, meta["entry_point"])
        candidate.write_all(json.dumps(answer).encode())
        os._exit(0)

    start_child(box, meta["seconds"], allowed_space(meta["memory_bytes"]), work)


def serve_task(box, head):
    """The life of a task zygote: parse, report, run programs until `E`."""
    meta, base, plus = box.body(head)
    meta = json.loads(meta)
    inputs = {}
    for half, raw in (("base", base), ("plus", plus)):
        inputs[half] = convert.convert(meta["dataset"], meta["task_id"], json.loads(raw))
    del base, plus
    space = Space(meta["memory_bytes"])
    gc.collect()
    gc.freeze()
    counts = {half: len(tests) for half, tests in inputs.items()}
    box.send("t", json.dumps(counts).encode())
    while True:
        message = box.receive()
        if message is None:
            return
        op, head = message
        if op == "E":
            box.body(head)
            return
        if op == "S":
            sanitize(box, head)
        elif op == "R":
            run_half(box, head, meta["entry_point"], inputs, space)
        else:
            box.body(head)  # a kill that crossed the end of its program


def run_half(box, head, entry_point, inputs, space):
    order, raw_limits = box.body(head)
    order = json.loads(order)
    limits = None
    if order["mode"] == "candidate":
        limits = array.array("d", raw_limits).tolist()

    def work(text):
        run = candidate.Run(
            entry_point, inputs[order["half"]], limits, order["fast"], order["capture"],
            "*" in order["modules"],
        )
        run.program(text)

    space.load(order["modules"])
    start_child(box, order["seconds"], space.limits, work)


def warm():
    """Pays once for what every child would otherwise do first: importing, compiling, encoding."""
    scope = {}
    exec(compile("def f(x):\n    return [x]\n", "<string>", "exec"), scope)
    encode.Encoder(len).send(wire.VALUE, 0, 0.0, scope["f"]("%.3f" % 1.5))


def serve_root(box):
    while True:
        message = box.receive()
        if message is None:
            return
        op, head = message
        if op == "T":
            pid = _fork()
            if pid == 0:
                code = 1
                try:
                    serve_task(box, head)
                    code = 0
                except BaseException as error:
                    os.write(2, ("task zygote: %r\n" % (error,)).encode()[:500])
                finally:
                    os._exit(code)
            status = os.waitpid(pid, 0)[1]
            if status:
                box.send("f", b"the task zygote died (wait status %d)" % status)
        elif op == "S":
            sanitize(box, head)
        elif op == "H":
            box.body(head)
            box.send("H", sys.version.encode())
        else:
            box.body(head)


def read_filter():
    pieces = []
    while True:
        piece = os.read(FILTER, 1 << 16)
        if not piece:
            break
        pieces.append(piece)
    os.close(FILTER)
    return b"".join(pieces)


def main():
    sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=SOCKET)
    fcntl.fcntl(SOCKET, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    box = Box(sock, read_filter())
    if not box.filter and sys.argv[1:] != ["unfiltered"]:
        box.send("f", b"the system call filter for programs is empty")
        os._exit(candidate.SETUP_FAILED)
    if len(box.filter) % 8 or len(box.filter) > 8 * 4096:
        box.send("f", b"the system call filter for programs is no BPF program")
        os._exit(candidate.SETUP_FAILED)
    gc.disable()
    warm()
    guard.restrict()
    gc.collect()
    gc.freeze()
    serve_root(box)
    os._exit(0)


if __name__ == "__main__":
    main()
