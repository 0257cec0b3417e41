"""The judge's end of the pipes to the runner: requests come on descriptor 0, replies go to 1.

Slot.swift has the format and the other end."""

import json
import os
import struct

AHEAD = 1 << 16


class Requests:
    """Reads ahead, so that a small request takes one system call. The runner sends a request only
    after the reply to the last."""

    def __init__(self, source=0):
        self.source, self.ahead, self.at = source, b"", 0

    def next(self):
        """(request object, blobs). Ends the process when the runner is gone."""
        json_length, blob_count = struct.unpack("<II", self.exactly(8))
        lengths = struct.unpack("<%dQ" % blob_count, self.exactly(8 * blob_count))
        request = json.loads(self.exactly(json_length))
        return request, [self.exactly(length) for length in lengths]

    def exactly(self, size):
        """The next `size` bytes. Large ones are not copied together from pieces."""
        end = self.at + size
        if end > len(self.ahead):
            if size > AHEAD:
                return self.large(size)
            rest = self.ahead[self.at :]
            while len(rest) < size:
                piece = os.read(self.source, AHEAD)
                if not piece:
                    os._exit(0)
                rest += piece
            self.ahead, self.at, end = rest, 0, size
        data = self.ahead[self.at : end]
        self.at = end
        return data

    def large(self, size):
        data = bytearray(size)
        here = len(self.ahead) - self.at
        data[:here] = self.ahead[self.at :]
        self.ahead, self.at = b"", 0
        view = memoryview(data)[here:]
        while view:
            count = os.readv(self.source, [view])
            if not count:
                os._exit(0)
            view = view[count:]
        return data


def write_reply(answer, blobs):
    text = json.dumps(answer).encode()
    head = struct.pack("<II%dQ" % len(blobs), len(text), len(blobs), *map(len, blobs))
    view = memoryview(b"".join([head, text] + blobs))
    while view:
        view = view[os.write(1, view) :]
