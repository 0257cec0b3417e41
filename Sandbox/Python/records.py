"""Takes a candidate's stream apart into records. Runs in the judge, on hostile bytes."""

import struct

from wire import CHUNK, HEADER, OUTPUT, STARTED, U32, VALUE, VOID, WireError

_FRONT, _END = struct.Struct("<BIdI"), struct.Struct("<IB")


class RecordReader:
    """Splits a stream into records without holding more of it than the sinks do.

    `begin(kind, test)` gives the sink of a record, something with `update(bytes)`.
    `known(data, at)` is asked wherever a record may begin: how many bytes from there on are whole
    records that need not be read, because the owner knows them already.
    """

    TEXT_LIMIT = 64 << 10

    def __init__(self, begin, known=lambda data, at: 0):
        self.begin, self.known, self.rest = begin, known, b""
        self.step, self.between = self.header, True
        self.kind = self.test = self.left = self.size = 0
        self.seconds, self.sink, self.complete = 0.0, None, None
        self.ahead = b"", 0

    def feed(self, data):
        """Yields (kind, test, seconds, sink, flags) for each record that ends in `data`.

        Raises WireError, after which the reader must not be used again."""
        data = self.rest + data if self.rest else data
        view = memoryview(data)
        at = 0
        while True:
            if self.between and at < len(view):
                at += self.known(view, at)
                used = self.whole(view, at)
                if used:
                    at += used
                    self.ahead = view, at
                    yield (self.kind, self.test, self.seconds, self.sink, self.complete)
                    self.sink = self.complete = None
                    continue
            used = self.step(view, at)
            if used is None:
                break
            at += used
            if self.complete is not None:
                self.ahead = view, at
                yield (self.kind, self.test, self.seconds, self.sink, self.complete)
                self.sink = self.complete = None
        self.rest = bytes(view[at:])

    def remainder(self):
        """What came after the record that `feed` has yielded last."""
        view, at = self.ahead
        return view[at:]

    def whole(self, view, at):
        """Takes a short record that is here from its header to its flags, as nearly all are. Returns
        its size; 0, with nothing done, when the steps below have to take it or to refuse it."""
        inside = at + _FRONT.size
        if len(view) <= inside:
            return 0
        kind, test, seconds, size = _FRONT.unpack_from(view, at)
        end = inside + size
        if not STARTED <= kind <= OUTPUT:
            return 0
        if size:
            if size > self.TEXT_LIMIT or len(view) - end < _END.size:
                return 0
            more, flags = _END.unpack_from(view, end)
            if more:
                return 0
            sink = self.begin(kind, test)
            sink.update(view[inside:end])
            end += _END.size
        else:
            sink, flags = self.begin(kind, test), view[inside]
            end += 1
        self.kind, self.test, self.seconds, self.sink, self.complete = kind, test, seconds, sink, flags
        return end - at

    def header(self, view, at):
        if len(view) - at < HEADER.size:
            return None
        self.kind, self.test, self.seconds = HEADER.unpack_from(view, at)
        if not STARTED <= self.kind <= OUTPUT:
            raise WireError("unknown record")
        self.size, self.sink = 0, self.begin(self.kind, self.test)
        self.step, self.between = self.length, False
        return HEADER.size

    def length(self, view, at):
        if len(view) - at < 4:
            return None
        self.left = U32.unpack_from(view, at)[0]
        if self.left == VOID:
            self.sink, self.step, self.between = None, self.header, True
        elif self.left == 0:
            self.step = self.flags
        elif self.left > CHUNK or (self.kind != VALUE and self.size + self.left > self.TEXT_LIMIT):
            raise WireError("a chunk is too long")
        else:
            self.size += self.left
            self.step = self.chunk
        return 4

    def chunk(self, view, at):
        used = min(self.left, len(view) - at)
        if not used:
            return None
        self.sink.update(view[at : at + used])
        self.left -= used
        if not self.left:
            self.step = self.length
        return used

    def flags(self, view, at):
        if len(view) - at < 1:
            return None
        self.complete = view[at]
        self.step, self.between = self.header, True
        return 1
