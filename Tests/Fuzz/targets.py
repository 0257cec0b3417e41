"""What must hold for any bytes that a candidate may send. Run by decoder_fuzzer.c and by test_fuzz_corpus.py.

An input is u8 target | bytes. `run` raises when a property does not hold, and returns how much memory
the input may have cost.
"""

import decimal
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Sandbox" / "Python"))

import bounds  # noqa: E402
import decode  # noqa: E402
import encode  # noqa: E402
import expected  # noqa: E402
import halves  # noqa: E402
import oracle  # noqa: E402
import trial  # noqa: E402
import vectors  # noqa: E402
import wire  # noqa: E402
from records import RecordReader  # noqa: E402

encode.learn()  # of what was imported after it

# Small enough to be reached by small inputs.
expected.DIGEST_ABOVE = 24
expected.MARGIN = trial.MARGIN = 1 << 16
decode.SLACK = 1 << 18
bounds.SECONDS = 2
vectors.LEAST = 16

BASE = 3 << 20  # an arena and what Python keeps of its own


class Finding(Exception):
    """A property does not hold."""


def check(holds, text):
    if not holds:
        raise Finding(text)


class Sink(bytearray):
    update = bytearray.extend


def records(pieces):
    """What a reader makes of `pieces`: its records, and the text of its error or None."""
    reader, found = RecordReader(lambda kind, test: Sink()), []
    try:
        for piece in pieces:
            for kind, test, seconds, sink, flags in reader.feed(piece):
                found.append((kind, test, repr(seconds), bytes(sink), flags))
    except wire.WireError as error:
        return found, str(error)
    return found, None


def pieces(data):
    """u8 n | n lengths | stream: the stream cut into pieces of these lengths, again and again."""
    count = data[0] % 8 if data else 0
    lengths, stream = [n + 1 for n in data[1 : 1 + count]] or [len(data) + 1], data[1 + count :]
    parts, at = [], 0
    while at < len(stream):
        for length in lengths:
            parts.append(stream[at : at + length])
            at += length
    return [part for part in parts if part]


def read(data):
    """RecordReader: how a stream is cut changes nothing."""
    cut = pieces(data)
    whole = b"".join(cut)
    check(records(cut) == records([whole]), "pieces are read differently")
    check(len(b"".join(r[3] for r in records([whole])[0])) <= len(whole), "more came out than went in")
    return BASE + 40 * len(data)


def encoded(value):
    stream = bytearray()
    encode.Encoder(stream.extend).send(wire.VALUE, 0, 0.0, value)
    ((record,), error) = records([bytes(stream)])
    check(error is None, "the encoder's record is not read: %s" % error)
    return record[3], record[4]


def same(a, b):
    """Equal in type and in value, NaN to NaN. Sets and dicts: as far as their order allows."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)) or type(a).__name__ == "deque":
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, decimal.Decimal):
        return a.as_tuple() == b.as_tuple()  # comparing a signalling NaN raises
    if hasattr(a, "dtype"):
        return (a.dtype, a.shape) == (b.dtype, b.shape) and same(a.tolist(), b.tolist())
    if isinstance(a, (set, frozenset, dict, type({}.keys()), type({}.items()))):
        return len(a) == len(b)
    return a == b or (a != a and b != b)


def values(data):
    """decode: WireError or a value that survives encoding; memory within the budget."""
    budget = 1 << (14 + data[0] % 10) if data else 1 << 14
    encoding = data[1:]
    allowed = BASE + 3 * budget + 40 * len(data)
    try:
        value = decode.decode(encoding, budget)
    except wire.WireError:
        return allowed
    try:
        first, flags = encoded(value)
    except wire.Unsupported:  # a set element or a depth that the encoder would not write
        return allowed
    second = decode.decode(first, 1 << 30)
    if not same(value, second):  # not `check`: some of numpy's values have no repr
        raise Finding("%r became %r" % (value, second))
    check(encoded(second) == (first, flags), "an encoding is not stable")
    if not flags & wire.UNEQUAL:
        check(value == second, "a value is not what it became, and no flag says so")
    return allowed + 200 * len(first)


class Case:
    """A task to be judged: `correct` says, without the oracle, which values may pass."""

    def __init__(
        self, dataset, entry_point, outputs, correct, inputs=None, tolerance=0, semantics="evalplus-head"
    ):
        self.request = {
            "dataset": dataset, "entry_point": entry_point, "task_id": dataset + "/1", "semantics": semantics,
            "memory_bytes": 1 << 30,
        }  # fmt: skip
        self.outputs, self.correct, self.tolerance = outputs, correct, tolerance
        self.inputs = inputs or [[0]] * len(outputs)

    def expected(self):
        may_digest = oracle.capture(self.request["dataset"], self.request["entry_point"]) == oracle.PLAIN
        results = expected.Expected()
        for value in self.outputs:
            data, flags = encoded(value)
            sink = expected.TextOrBuffer(1 << 20, may_digest)
            sink.update(data)
            if sink.digest:
                results.add_digest(sink.digest, flags, 0.0)
            else:
                results.add(sink.data, flags, 0.0)
        return results

    def trial(self, fast):
        limits = [4.0] * len(self.outputs)
        return trial.Trial(self.request, self.tolerance, self.expected(), limits, lambda: self.inputs, fast)


def equal(value, wanted):
    return bool(value == wanted)


def near(value, wanted):
    """As the tolerance allows, or equal."""
    if isinstance(wanted, (list, tuple)):
        return (
            type(value) is type(wanted) and len(value) == len(wanted) and all(map(near, value, wanted))
        )
    return bool(abs(value - wanted) <= 1.001e-6 + 1e-7 * abs(wanted))


def never(value, wanted):
    return False


def root(value, wanted):
    return abs(wanted[0] + wanted[1] * value[0]) <= 1e-4


CASES = [
    Case("humaneval", "f", [1, -2, 10**30], equal),
    Case("humaneval", "f", [0.5, [1.0, 2.5], (0.25, -1e9)], near),
    Case("humaneval", "f", [{"a": [1]}, {1, "b"}, None, "text", 2j, b"x", (1, "a")], equal),
    Case(
        "humaneval",
        "f",
        ["many words of text", ["aaaaaa", "bbbbbb", "cccccc", "dddddd"], [("a", "few")] * 99, [[1, None]] * 9],
        equal,
    ),
    Case("humaneval", "f", [float("nan")], never),
    Case("mbpp", "find_char_long", [["a", "b"], ("x",)], lambda v, w: set(v) == set(w)),
    Case(
        "mbpp",
        "check_str",
        [True, False],
        lambda v, w: v == w if isinstance(v, bool) else w == (v is not None),
    ),
    Case("mbpp", "surface_Area", [33], lambda v, w: near(v, w) or near(v, 34) or near(v, 35), [[3, 4]]),
    Case("mbpp", "digit_distance_nums", [6], lambda v, w: v in (6, 1), [[1, 23]]),
    Case("humaneval", "find_zero", [[1, 2]], root, [[[1, 2]]], 1e-4),
    Case("humaneval", "find_zero", [[1, 2]], never, [[[1, 2]]], 1e-4, "evalplus-0.3.1"),
    Case("humaneval", "f", [], equal),
]
REPORT = {"wall": 0.1, "cpu": 0.1, "rss": 1 << 20, "signal": None, "exit": 0, "killed": None, "forbidden": None}


def is_right(case, found):
    """Checks that the first records of `found` are those of a program that passes."""
    found = [record for record in found if record[0] not in (wire.READY, wire.ALARM)]
    kinds, count = [kind for kind, *_ in found], len(case.outputs)
    # Whatever follows `done` is not read.
    wanted = [wire.STARTED] + [wire.VALUE] * count + [wire.DONE]
    check(kinds[: count + 2] == wanted, "passed: %r" % kinds)
    for (_, test, _, sink, _), wanted, place in zip(found[1:], case.outputs, range(count)):
        value = decode.decode(sink, 1 << 24)
        check(test == place and case.correct(value, wanted), "passed: %r for %r" % (value, wanted))


def followed(case, fast, cut, alone, found):
    """Halves: the first half has the verdict that it has `alone`, and the second passes by records of its own."""
    run = halves.Halves(case.trial(fast), case.trial(fast), (60.0, 60.0))
    for piece in cut:
        if not run.consume(piece):
            break
    first, second = run.reports(dict(REPORT))
    verdict = run.first.verdict(first)
    for key in set(verdict) - {"wall_seconds", "cpu_seconds"}:
        check(verdict[key] == alone[key], "the first of two halves has another %s" % key)
    if second and run.second.verdict(second)["status"] == "pass":
        ends = [place for place, record in enumerate(found) if record[0] == wire.DONE]
        is_right(case, found[ends[0] + 1 :])


def judged(data):
    """Trial: a verdict for every stream, and a pass for right answers alone.

    u8 case and speed | the stream as for `read`."""
    choice, data = (data[0] if data else 0), data[1:]
    case, fast = CASES[choice % len(CASES)], choice < 128
    run, cut = case.trial(fast), pieces(data)
    for piece in cut:
        if not run.consume(piece):
            break
    verdict = run.verdict(dict(REPORT))
    json.dumps(verdict)
    check(verdict["status"] in ("pass", "fail", "timeout"), "an unknown status")
    found, error = records([b"".join(cut)])
    if verdict["status"] == "pass":
        is_right(case, found)
    followed(case, fast, cut, verdict, found)
    return BASE + (1 << 22) + 400 * len(data)


def parts(data):
    """unpack_parts: WireError, or the parts that pack_parts joined."""
    try:
        found = wire.unpack_parts(data)
    except wire.WireError:
        return BASE
    check(wire.pack_parts(*found) == data, "parts are joined differently")
    return BASE + 100 * len(data)


TARGETS = (read, values, judged, parts)


def run(data):
    return TARGETS[data[0] % len(TARGETS)](data[1:]) if data else BASE
