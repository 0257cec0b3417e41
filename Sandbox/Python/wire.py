"""The frames in which values leave a candidate, and what both ends must agree on.

A record is   u8 kind | u32 test | f64 seconds | chunk* | end
a chunk is    u32 length (1 ... 1 MiB) | bytes
an end is     u32 0 | u8 flags            (the record is complete)
          or  u32 0xFFFFFFFF              (the record is void, another one for the test follows)

All integers are little-endian. `seconds` and `flags` are believed only of the reference program; a
candidate's `seconds` are 0, so that the stream of a right program is known in advance, but for those of `done`.
encode.py writes records and values; records.py reads the records and decode.py the values. There is
no pickle, marshal, eval or repr: nothing can import, call or look up a name on behalf of the sender.
"""

import struct

# STARTED: the process is locked down. READY: the program was executed, its tests begin. ALARM: the
# time of a test is up, and the alarm was delivered to the program. OUTPUT: the end of what was printed.
STARTED, VALUE, EXCEPTION, UNSUPPORTED, DONE, READY, ALARM, OUTPUT = range(1, 9)
PROGRAM = 0xFFFFFFFF  # the `test` of an exception raised while the program itself was executed
CHUNK = 1 << 20
DEPTH = 200
VOID = 0xFFFFFFFF

# A flag: equal bytes do not imply `==` (NaN), or `==` gives no truth value (numpy arrays).
UNEQUAL = 1

# The judge's order to run a program on a half: its limit in all (ns), the least of its tests' and of the second half's
# (s), the index of the half, whether it is judged (or the reference), fast, careful, of the capture (what beside the
# output the oracle needs), and whether the program may go on to the second half. After it comes the limit of each
# test, those of the second half last.
ORDER = struct.Struct("<q2d6B2x")
CAPTURES = ("plain", "elements", "argument")

HEADER = struct.Struct("<BId")
U32 = struct.Struct("<I")
U64 = struct.Struct("<Q")
I64, F64, C128 = struct.Struct("<q"), struct.Struct("<d"), struct.Struct("<2d")


class Unsupported(Exception):
    """The value has no place on the wire; `args[0]` names its type."""


class WireError(Exception):
    """The bytes are not an encoded value, or decoding them would exceed the bounds."""


class Oversized(WireError):
    """The bytes may be an encoded value, but rebuilding it would take too much memory."""


def digits(count):
    """How one of `count` things, 256 at most, is written many times: (base of the digits, digits in a byte)."""
    base, per_byte = max(count, 2), 1
    while base ** (per_byte + 1) <= 256:
        per_byte += 1
    return base, per_byte


def record(kind, test, data, flags=0, seconds=0.0):
    """A whole record whose data fits into one chunk."""
    size = U32.pack(len(data)) if data else b""
    return b"".join((HEADER.pack(kind, test, seconds), size, data, U32.pack(0), bytes((flags,))))


def done(count, seconds, processor_seconds):
    """The last record of a half in whose process the other one follows."""
    return record(DONE, count, F64.pack(processor_seconds), 0, seconds)


def spent(seconds, data):
    """What `done` was given, (by the clock, of the processor); None of another DONE."""
    return (seconds, F64.unpack(data)[0]) if len(data) == F64.size else None


def parts_head(parts):
    """What goes before the bytes of `parts`, in `pack_parts`: u32 count, u64 lengths."""
    return struct.pack("<I%dQ" % len(parts), len(parts), *map(len, parts))


def pack_parts(*parts):
    """Joins byte strings for `unpack_parts` to separate."""
    return b"".join((parts_head(parts),) + parts)


def unpack_parts(data):
    """The inverse of `pack_parts`. Raises WireError when the lengths do not add up."""
    return list(map(bytes, split_parts(data)))


def split_parts(data):
    """`unpack_parts` without copies: the parts are views of `data`."""
    view = memoryview(data)
    if len(view) < 4:
        raise WireError("a message is cut short")
    count = U32.unpack_from(view)[0]
    at = 4 + 8 * count
    if at > len(view):
        raise WireError("a message is cut short")
    parts = []
    for index in range(count):
        length = U64.unpack_from(view, 4 + 8 * index)[0]
        if length > len(view) - at:
            raise WireError("a message is cut short")
        parts.append(view[at : at + length])
        at += length
    if at != len(view):
        raise WireError("a message is too long")
    return parts
