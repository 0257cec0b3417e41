"""The wire encoding: round trips, determinism, refusals, and hostile bytes."""

import collections
import decimal
import fractions
import random
import struct
import sys
import tracemalloc
import unittest

from launch_unjailed import SOURCES

sys.path.insert(0, str(SOURCES))

import decode  # noqa: E402
import encode  # noqa: E402
import records  # noqa: E402
import wire  # noqa: E402

encode.learn()  # of what was imported after it

BUDGET = 1 << 28


def encoded(value):
    """The encoded value and its flags, as one record carries them."""
    stream = bytearray()
    encode.Encoder(stream.extend).send(wire.VALUE, 7, 0.5, value)
    records = list(reader().feed(bytes(stream)))
    (kind, test, seconds, sink, flags) = records[0]
    assert (len(records), kind, test, seconds) == (1, wire.VALUE, 7, 0.5)
    return bytes(sink), flags


class Sink(bytearray):
    update = bytearray.extend


def reader():
    return records.RecordReader(lambda kind, test: Sink())


def random_value(rng, depth=0):
    leaves = (
        lambda: None, lambda: rng.random() < 0.5, lambda: rng.randint(-5, 5),
        lambda: rng.randint(-(10**30), 10**30), lambda: rng.uniform(-1e9, 1e9), lambda: float("inf"),
        lambda: -0.0, lambda: complex(rng.random(), -1), lambda: "",
        lambda: "".join(rng.choice("aé漢\ud800\0😀") for _ in range(rng.randrange(400))),
        lambda: bytes(rng.randrange(256) for _ in range(5)),
        lambda: decimal.Decimal(rng.randint(-999, 999)).scaleb(-2),
        lambda: fractions.Fraction(rng.randint(-9, 9), 7), lambda: range(rng.randint(0, 9)),
    )  # fmt: skip
    if depth > 4 or rng.random() < 0.4:
        return rng.choice(leaves)()
    size = rng.choice((0, 1, 2, 9, 30))
    kind = rng.randrange(9)
    if kind < 2:
        leaf = rng.choice(leaves)  # all of one kind: vectors
        return [leaf() for _ in range(size)] if kind else tuple(leaf() for _ in range(size))
    if kind == 2:
        leaf = rng.choice(leaves)
        return [tuple(leaf() for _ in range(rng.randrange(3))) for _ in range(size)]
    if kind == 3:
        return {rng.choice(leaves)(): random_value(rng, depth + 1) for _ in range(size)}
    if kind == 4:
        return {rng.choice(leaves)() for _ in range(size)}
    if kind == 5:
        return collections.deque(random_value(rng, depth + 1) for _ in range(size))
    if kind == 6:
        return collections.OrderedDict((i, random_value(rng, depth + 1)) for i in range(size))
    items = [random_value(rng, depth + 1) for _ in range(size)]
    return items if kind == 7 else tuple(items)


class RoundTrips(unittest.TestCase):
    def test_random_values(self):
        rng = random.Random(1)
        for _ in range(500):
            value = random_value(rng)
            data, _ = encoded(value)
            result = decode.decode(data, BUDGET)
            self.assertIs(type(result), type(value))
            self.assertEqual(result, value)
            self.assertEqual(encoded(result)[0], data)

    def test_types_survive(self):
        for value in (
            True,
            1,
            1.0,
            -0.0,
            1 + 0j,
            "1",
            b"1",
            bytearray(b"1"),
            [1],
            (1,),
            {1},
            {1: 2},
        ):
            result = decode.decode(encoded(value)[0], BUDGET)
            self.assertEqual((type(result), repr(result)), (type(value), repr(value)))

    def test_sets_and_dicts_have_no_order(self):
        self.assertEqual(encoded({1, "a", 9})[0], encoded({9, 1, "a"})[0])
        self.assertEqual(encoded({1: 2, "a": 3})[0], encoded({"a": 3, 1: 2})[0])
        ordered = [collections.OrderedDict(a=1, b=2), collections.OrderedDict(b=2, a=1)]
        self.assertNotEqual(encoded(ordered[0])[0], encoded(ordered[1])[0])

    def test_views_and_containers_compare_equal(self):
        for value in ({1: 2}.keys(), {1: 2}.items(), collections.Counter("aab")):
            self.assertEqual(decode.decode(encoded(value)[0], BUDGET), value)

    def test_numpy(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("numpy is not installed: its values were not tested")
        for value in (numpy.float64(2.5), numpy.int8(-3), numpy.bool_(True), numpy.str_("né")):
            result = decode.decode(encoded(value)[0], BUDGET)
            self.assertIs(type(result), type(value))
            self.assertEqual(result, value)
        for value in (numpy.arange(6).reshape(2, 3), numpy.array([1, "a"], dtype=object)):
            result = decode.decode(encoded(value)[0], BUDGET)
            self.assertEqual((result.dtype, result.tolist()), (value.dtype, value.tolist()))
            self.assertEqual(encoded(value)[1], wire.UNEQUAL)

    def test_empty_and_padded_text_of_numpy(self):
        numpy = __import__("numpy")
        for value in (numpy.str_(""), numpy.bytes_(b""), numpy.str_("a\0"), numpy.bytes_(b"a\0")):
            result = decode.decode(encoded(value)[0], BUDGET)
            self.assertEqual((type(result), str(result)), (type(value), str(value)))

    def test_arrays_in_other_values(self):
        numpy = __import__("numpy")
        for value in ([numpy.array([7])], {1: numpy.array(7)}):
            self.assertEqual(decode.decode(encoded(value)[0], BUDGET), value)
        column = numpy.zeros((1 << 20, 1), dtype=numpy.int8)
        for value in ([column], (1, [column]), {1: numpy.array([[7], ["a"]], dtype=object)}):
            self.assertNotEqual(decode.decode(encoded(value)[0], BUDGET), [[0] * (1 << 20)])

    def test_nan_is_flagged(self):
        nan = float("nan")
        for value in (nan, [nan], [1.0, nan], [(nan, "a")], {nan}, {1: nan}, complex(nan, 0)):
            self.assertEqual(encoded(value)[1], wire.UNEQUAL, value)
        self.assertEqual(encoded([1.0, 2, "a", None])[1], 0)

    def test_large_values_leave_in_chunks(self):
        sizes = []
        encode.Encoder(lambda data: sizes.append(len(data))).send(
            wire.VALUE, 0, 0, [str(i) * 900 for i in range(9000)]
        )
        self.assertGreater(len(sizes), 10)
        self.assertLessEqual(max(sizes), wire.CHUNK + 64)

    def test_a_record_in_pieces(self):
        stream = bytearray()
        encode.Encoder(stream.extend).send(wire.VALUE, 0, 0, list(range(1000)))
        for step in (1, 3, 1000):
            parts = reader()
            events = []
            for at in range(0, len(stream), step):
                events += parts.feed(bytes(stream[at : at + step]))
            self.assertEqual(decode.decode(events[0][3], BUDGET), list(range(1000)))


class Subclasses(unittest.TestCase):
    def test_harmless_ones_are_values_of_another_type(self):
        class Point(collections.namedtuple("Point", "x y")):
            pass

        class Number(int):
            pass

        for value, base in ((Point(1, 2), (1, 2)), (Number(3), 3)):
            result = decode.decode(encoded(value)[0], BUDGET)
            self.assertEqual(result, base)
            self.assertIsNot(type(result), type(base))

    def test_forgeries_are_refused(self):
        def always(*_):
            return True

        for name in (
            "__eq__",
            "__ne__",
            "__class__",
            "__len__",
            "__hash__",
            "__array__",
            "__sub__",
        ):
            for base in (object, int, float, list, str):
                with self.assertRaises(wire.Unsupported):
                    encoded(type("Forged", (base,), {name: always})())
        mixin = type("Mixin", (), {"__eq__": always})
        with self.assertRaises(wire.Unsupported):
            encoded([type("Forged", (mixin, int), {})()])

    def test_no_method_of_a_value_is_called(self):
        def forbidden(*_):
            raise AssertionError("called")

        names = (
            "__len__",
            "__iter__",
            "__getitem__",
            "__repr__",
            "__str__",
            "__getattribute__",
            "__hash__",
        )
        meta = type("Meta", (type,), {"__hash__": forbidden, "__eq__": forbidden})
        for base in (object, list, dict, str):
            with self.assertRaises(wire.Unsupported):
                encoded(
                    [meta("Trap", (base,), dict.fromkeys(names, forbidden))() for _ in range(9)]
                )

    def test_cycles_and_depth(self):
        cycle = []
        cycle.append(cycle)
        deep = []
        for _ in range(5000):
            deep = [deep]
        for value in (cycle, deep, iter([1]), object(), len, {1: cycle}):
            with self.assertRaises(wire.Unsupported):
                encoded(value)


class HostileBytes(unittest.TestCase):
    def test_garbled_values(self):
        rng = random.Random(2)
        for _ in range(2000):
            data = bytearray(encoded(random_value(rng))[0])
            for _ in range(rng.randint(1, 4)):
                choice, at = rng.random(), rng.randrange(len(data) + 1)
                if choice < 0.6 and at < len(data):
                    data[at] = rng.randrange(256)
                elif choice < 0.8:
                    del data[at : at + rng.randrange(9)]
                else:
                    data[at:at] = (
                        rng.randbytes(rng.randrange(9)) if sys.version_info >= (3, 9) else b"x"
                    )
            self.harmless(bytes(data))

    def test_random_bytes(self):
        rng = random.Random(3)
        tags = b"NTFiIJfcsbBltvgSZKdCODEqrMQxna"
        for _ in range(2000):
            self.harmless(bytes([rng.choice(tags)]) + rng.randbytes(rng.randrange(60)))

    def harmless(self, data):
        try:
            decode.decode(data, 1 << 24)
        except wire.WireError:
            pass

    def test_lengths_are_checked_before_allocation(self):
        huge = struct.pack("<Q", 1 << 62)
        for data in (
            b"s" + huge, b"b" + huge, b"vlq" + huge, b"vls" + huge, b"l" + b"\xff" * 4, b"d" + b"\xff" * 4,
            b"I" + b"\xff" * 4, b"glls" + huge + b"\xff" * 5, b"a" + struct.pack("<Q", 3) + b"<i8\x02" + huge * 2,
            b"S" + b"\xff" * 4, b"M\0" + b"\xff" * 4, b"l\1\0\0\0" * 10000,
        ):  # fmt: skip
            with self.assertRaises(wire.WireError):
                decode.decode(data, BUDGET)

    def test_few_leaves(self):
        even = struct.pack("<QIB", 3, 2, 1)
        table = b"\2" + b"N" + b"T" + b"i" + struct.pack("<q", -7)
        good = b"gltM" + even + table + bytes((0 + 3 * 1 + 9 * 2 + 27 * 1 + 81 * 0, 2))
        self.assertEqual(decode.decode(good, BUDGET), [(None, True), (-7, True), (None, -7)])
        uneven = struct.pack("<QIB3I", 3, 0, 0, 0, 1, 5)
        self.assertEqual(
            decode.decode(b"gltM" + uneven + good[17:], BUDGET), [(), (None,), (True, -7, True, None, -7)]
        )
        one = b"gtlS" + struct.pack("<QIB", 3, 3, 1) + b"\0s" + struct.pack("<Q", 1) + b"x"
        self.assertEqual(decode.decode(one + b"\0\0", BUDGET), (["x"] * 3,) * 3)
        for bad in (
            good[:-1], good + b"\0", good[:-2] + b"\xf3\2", good[:-1] + b"\3", good[:-1] + b"\5",  # digits
            one + b"\1\0", one + b"\0\2", one + b"\0",
            b"vlM" + good[4:], b"gltS" + good[4:], b"gltM" + even + b"\0",
            b"gltM" + even + b"\0l\0\0\0\0\0", b"gltM" + even + b"\0I\1\0\0\0\1\0", b"gltM" + even + b"\0xN\0",
            b"gltM" + struct.pack("<QIB", 1 << 40, 0xFFFFFFFF, 1) + b"\0N" + b"\0" * 99,
        ):  # fmt: skip
            with self.assertRaises(wire.WireError):
                decode.decode(bad, BUDGET)

    def test_few_leaves_are_paid_for(self):
        rows = b"gltM" + struct.pack("<QIB", 1 << 10, 1 << 10, 1) + b"\0N" + bytes(1 << 17)
        with self.assertRaises(wire.Oversized):
            decode.decode(rows, 1 << 24)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        self.assertEqual(len(decode.decode(rows, 1 << 25)), 1 << 10)
        self.assertLess(tracemalloc.get_traced_memory()[1], 1 << 25)

    def test_what_would_grow_or_take_long_is_refused(self):
        million = decode.decode(encoded(range(1000000))[0], BUDGET)
        self.assertEqual(million, range(1000000))
        huge = b"I" + struct.pack("<I", 1 << 20)
        for data in (
            encoded(range(10**9))[0], encoded([range(0, -(10**12), -3)])[0],  # as large as a list of them
            b"Q" + huge + b"\1" * (1 << 20) + huge + b"\3" * (1 << 20),  # minutes in gcd
            b"a" + struct.pack("<Q", 3) + b"<f8\2" + struct.pack("<QQQ", 1 << 40, 0, 0),  # rows of nothing
            b"a" + struct.pack("<Q", 3) + b"<U1\1" + struct.pack("<QQ", 1, 4) + b"\0\0\x11\0",  # no character
        ):  # fmt: skip
            with self.assertRaises(wire.WireError):
                decode.decode(data, BUDGET)

    def test_budget(self):
        data, _ = encoded([[] for _ in range(100000)] + [1])
        with self.assertRaises(wire.WireError):
            decode.decode(data, 1 << 20)

    def test_records(self):
        good = bytearray()
        encode.Encoder(good.extend).send(wire.VALUE, 0, 0, [1, "a"])
        rng = random.Random(4)
        for _ in range(1000):
            data = bytearray(good * 2)
            data[rng.randrange(len(data))] = rng.randrange(256)
            try:
                list(reader().feed(bytes(data)))
            except wire.WireError:
                pass


if __name__ == "__main__":
    unittest.main()
