"""Where a program's process puts its records: in memory that the zygote shares, and sends to the judge when the
process has ended, however it ended. What is much or has waited for a while goes through the result pipe before.

A system call for each of a thousand tests would take as long as the tests. Nobody believes this memory more than
the pipe: the program can write into both.
"""

import os
from builtins import OSError, len

RESULT = 3
PATIENCE = 0.02  # seconds after which the judge should hear of a test

_exit, _write = os._exit, os.write


def write_all(data):
    """Writes to the result pipe; a judge that has gone away ends the program."""
    try:
        while data:
            data = data[_write(RESULT, data) :]
    except OSError:
        _exit(1)


class Outbox:
    """`memory`: how many bytes are waiting, u64, and room for them."""

    __slots__ = ("used", "room", "size", "at")

    def __init__(self, memory):
        self.used, self.room = memory[:8].cast("Q"), memory[8:]
        self.size, self.at = len(memory) - 8, 0

    def write(self, data):
        start = self.at
        end = start + len(data)
        if end > self.size:
            self.flush()
            start, end = 0, len(data)
            if end > self.size:
                write_all(data)
                return
        self.room[start:end] = data
        self.at = self.used[0] = end

    def flush(self):
        """Empties it first: whoever is killed in here must not have sent a record twice."""
        data = self.room[: self.at]
        self.at = self.used[0] = 0
        write_all(data)
