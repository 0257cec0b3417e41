"""Writes the first corpus: values of every type that the encoder knows, and the streams of right runs."""

import collections
import decimal
import fractions
import hashlib
import pathlib
import sys

import targets
from targets import encode, wire


def stream(*sends):
    out = bytearray()
    encoder = encode.Encoder(out.extend)
    for send in sends:
        encoder.send(*send)
    return bytes(out)


def values():
    import numpy

    yield from (
        None,
        True,
        False,
        0,
        -1,
        1 << 63,
        -(1 << 70),
        0.5,
        float("nan"),
        float("-inf"),
        1j,
        "",
        "aé漢\ud800😀",
    )
    yield from (
        b"x",
        bytearray(b"y"),
        [],
        (),
        [1, 2, 3],
        (1.5, 2.5),
        ["a", "bc"],
        [True, False] * 5,
        [None, 1, "a", 2.5, True] * 3,
        [1, 2.5, -0.0] * 3,
    )
    yield from (
        [[1, 2], [3]],
        [(1.0,), (2.0,)],
        (["a"], ["b", "c"]),
        [["x"] * 9] * 3,
        ["word"] * 20,
        ["w" * 300] * 9,
        [("a", "b", "c")] * 30,
        ([1, 1.0, True, None, "1"], [-0.0, 2**62]) * 9,
        [[number] for number in range(40)],
        [(True, False)] * 20,
    )
    yield from (
        {1, "a", 2.5},
        frozenset((1, 2)),
        {1: 2, "a": [1]},
        {1: 2}.keys(),
        {1: 2}.items(),
        [1, [2, [3, {4: (5,)}]]],
    )
    yield from (
        collections.Counter("aab"),
        collections.OrderedDict(a=1),
        collections.defaultdict(int, {1: 2}),
    )
    yield from (
        collections.deque([1, 2]),
        range(1, 9, 2),
        decimal.Decimal("-1.5"),
        decimal.Decimal("nan"),
    )
    yield from (
        decimal.Decimal("inf"),
        fractions.Fraction(-1, 3),
        collections.namedtuple("P", "x y")(1, 2),
    )
    for kind in (int, float, complex, str, bytes, tuple, list, dict, set, frozenset):
        yield type("Sub", (kind,), {})()
    yield from (
        numpy.float64(1.5),
        numpy.int8(-3),
        numpy.bool_(True),
        numpy.str_("né"),
        numpy.bytes_(b"x"),
    )
    yield from (
        numpy.arange(6).reshape(2, 3),
        numpy.array([1, "a", None], dtype=object),
        numpy.zeros((0, 3)),
    )
    yield from (
        numpy.array(["ab", "c"]),
        numpy.array(5),
        numpy.datetime64("2020-01-01"),
        numpy.timedelta64(5, "h"),
    )


def seeds():
    every = list(values())
    for value in every:
        data, _ = targets.encoded(value)
        yield b"\1\7" + data
        yield b"\0\2\0\6" + stream(
            (wire.STARTED, 0, 0.0, ""), (wire.VALUE, 0, 0.5, value), (wire.DONE, 1, 0.0, "out")
        )
    for index, case in enumerate(targets.CASES):
        outputs = [(-0.5, [1, 2])] if case.request["entry_point"] == "find_zero" else case.outputs
        sends = [(wire.VALUE, place, 0.0, value) for place, value in enumerate(outputs)]
        whole = stream((wire.STARTED, 0, 0.0, ""), *sends, (wire.DONE, len(outputs), 0.0, ""))
        yield bytes((2, index, 0)) + whole
        yield bytes((2, index + 12 * 11, 1, 9)) + whole
        first = stream((wire.STARTED, 0, 0.0, ""), *sends) + wire.done(len(outputs), 0.5, 0.25)
        yield bytes((2, index, 0)) + first + whole
        yield bytes((2, index, 0)) + first + stream((wire.STARTED, 0, 0.0, ""), *sends[1:])
        begin = ((wire.STARTED, 0, 0.0, ""), (wire.READY, 0, 0.0, ""))
        yield bytes((2, index, 0)) + stream(*begin, *sends, (wire.DONE, len(outputs), 0.0, ""))
        yield bytes((2, index, 0)) + stream(*begin, (wire.ALARM, 0, 0.0, ""))
        for kind in (wire.EXCEPTION, wire.UNSUPPORTED):
            yield bytes((2, index, 0)) + stream(
                (wire.STARTED, 0, 0.0, ""), (kind, 0, 0.0, "call\0E\x005\0message")
            )
        yield bytes((2, index, 0)) + stream(
            (wire.STARTED, 0, 0.0, ""), (wire.EXCEPTION, wire.PROGRAM, 0.0, "syntax\0E\x005\0message")
        )
        for value in every[:: len(targets.CASES)]:
            yield bytes((2, index, 0)) + stream((wire.STARTED, 0, 0.0, ""), (wire.VALUE, 0, 0.0, value))
    yield b"\3" + wire.pack_parts(b"", b"abc", b"d" * 40)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds():
        (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
