"""Starts judge and zygote without any jail, for tests and development only.

The product starts them with `evalkit-jail slot`; here a plain process pair is wired the same way:
the judge on two pipes, a socket pair between the two, the payload on descriptor 5. The zygote's
filter is empty unless a test gives one, which it accepts only because it is told so by an argument.
"""

import ctypes
import json
import os
import pathlib
import socket
import struct
import subprocess
import tempfile

SOURCES = pathlib.Path(__file__).resolve().parents[3] / "Sandbox" / "Python"
JUDGE = (
    "wire", "leaves", "decode", "records", "oracle", "convert", "literal", "expected", "notices", "orders", "bounds",
    "trial", "halves", "library", "mentions", "runner", "judge",
)  # fmt: skip
ZYGOTE = (
    "wire", "bulk", "vectors", "encode", "brief", "outbox", "convert", "guard", "library", "sanitizer", "arenas",
    "launch", "traces", "candidate", "zygote",
)  # fmt: skip
BOOT = (SOURCES / "boot.py").read_text()


def entry(program):
    """A descriptor of the machine code that zygotes start programs with (Sandbox/entry), and the BPF
    `program` with it."""
    folders = [SOURCES.parents[1] / ".build" / kind for kind in ("debug", "release")]
    jails = [os.environ["EVALKIT_JAIL"]] if "EVALKIT_JAIL" in os.environ else []
    jails += [folder / "evalkit-jail" for folder in folders]
    for jail in jails:
        if os.access(jail, os.X_OK):
            data = subprocess.run([jail, "entry"], stdout=subprocess.PIPE, check=True).stdout
            file = os.memfd_create("entry")
            os.pwrite(file, data, 0)
            header = struct.unpack_from("<14I", data)
            os.pwrite(file, struct.pack("<I", len(program)) + struct.pack("<13I", *header[1:]) + program, 0)
            return file
    raise FileNotFoundError("no evalkit-jail: swift build, or set EVALKIT_JAIL")


def payload(names):
    parts = []
    for name in names:
        for field in (name.encode(), (SOURCES / (name + ".py")).read_bytes()):
            parts.append(struct.pack("<I", len(field)) + field)
    return b"".join(parts)


def _start(names, descriptors, python, folder):
    """Runs a payload with `descriptors` (a list) as 0, 1, ... and the payload on 5."""
    read_end, write_end = os.pipe()
    wanted = dict(enumerate(descriptors))
    wanted[5] = read_end
    pid = os.fork()
    if pid == 0:
        try:
            os.chdir(folder)
            ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)  # no_new_privs, as the jail does
            high = {target: os.dup(fd) for target, fd in wanted.items()}
            spare = {t: os.dup2(fd, 100 + t, inheritable=False) for t, fd in high.items()}
            for target, fd in spare.items():
                os.dup2(fd, target)
            for number in range(3, 100):
                if number not in wanted:
                    try:
                        os.close(number)
                    except OSError:
                        pass
            environment = {
                "LD_BIND_NOW": "1", "PATH": "", "HOME": "/scratch", "TMPDIR": "/scratch", "LC_ALL": "C.UTF-8",
                "TZ": "UTC", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
                "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
            }  # fmt: skip
            # As the jail does: only candidates have the fixed hash seed, which -I would ignore.
            isolation = "-s" if names[-1] == "zygote" else "-I"
            os.execve(python, [python, isolation, "-S", "-B", "-c", BOOT, "unfiltered"], environment)
        finally:
            os._exit(127)
    os.close(read_end)
    with os.fdopen(write_end, "wb") as stream:
        stream.write(payload(names))
    return pid


class Slot:
    """A judge with its zygote, spoken to as the runner speaks to a slot."""

    def __init__(self, python="/usr/bin/python3", program=b""):
        self.folder = tempfile.TemporaryDirectory()
        null = os.open(os.devnull, os.O_RDWR)
        code = entry(program)
        near, far = socket.socketpair()
        request_read, self.request = os.pipe()
        self.reply, reply_write = os.pipe()
        self.judge = _start(
            JUDGE, [request_read, reply_write, 2, near.fileno()], python, self.folder.name
        )
        self.zygote = _start(ZYGOTE, [null, null, 2, far.fileno(), code], python, self.folder.name)
        near.close()
        far.close()
        for descriptor in (null, code, request_read, reply_write):
            os.close(descriptor)

    def ask(self, request, *blobs):
        """Sends one request and returns (reply object, blobs)."""
        text = json.dumps(request).encode()
        head = struct.pack("<II%dQ" % len(blobs), len(text), len(blobs), *map(len, blobs))
        view = memoryview(b"".join((head, text) + blobs))
        while view:
            view = view[os.write(self.request, view) :]
        json_length, count = struct.unpack("<II", self._read(8))
        lengths = struct.unpack("<%dQ" % count, self._read(8 * count))
        answer = json.loads(self._read(json_length))
        return answer, [self._read(length) for length in lengths]

    def _read(self, size):
        data = bytearray()
        while len(data) < size:
            piece = os.read(self.reply, size - len(data))
            if not piece:
                raise EOFError("the judge is gone")
            data += piece
        return bytes(data)

    def task(self, task, dataset, reference, semantics="evalplus-head", **options):
        """Opens a task given as the parsed line of a benchmark file."""
        request = {
            "op": "task", "task_id": task["task_id"], "dataset": dataset,
            "entry_point": task["entry_point"], "semantics": semantics, "min_time_limit": 4.0,
            "time_factor": 4.0, "max_total_time": 60.0, "memory_bytes": 4 << 30,
        }  # fmt: skip
        request.update(options)
        fields = [task["base_input"], task["plus_input"], task["atol"], reference]
        return self.ask(request, *(json.dumps(field).encode() for field in fields))[0]

    def candidate(self, program, halves=("base", "plus"), fast=True):
        request = {"op": "candidate", "halves": list(halves), "fast": fast}
        return self.ask(request, json.dumps(program).encode())[0]

    def sanitize(self, text, entry_point):
        answer, blobs = self.ask(
            {"op": "sanitize", "entry_point": entry_point}, json.dumps(text).encode()
        )
        if "error" in answer or answer["op"] == "fault":
            raise RuntimeError(answer)
        return json.loads(blobs[0])

    def close(self):
        os.close(self.request)
        os.close(self.reply)
        os.waitpid(self.judge, 0)
        if self.zygote:
            os.waitpid(self.zygote, 0)
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
