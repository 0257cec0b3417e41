"""Expected values: settled by comparing records, kept between runs, explained to people."""

import collections
import random
import sys
import unittest
from unittest import mock

from launch_unjailed import SOURCES, Slot

sys.path.insert(0, str(SOURCES))

import encode  # noqa: E402
import trial  # noqa: E402
import wire  # noqa: E402
from expected import Buffer, Expected  # noqa: E402
from literal import literal  # noqa: E402
from records import RecordReader  # noqa: E402


def record(test, value):
    stream = bytearray()
    encode.Encoder(stream.extend).send(wire.VALUE, test, 0.0, value)
    return bytes(stream)


def expectations(values):
    """Expected values as a reference run would leave them, and the stream of a right program."""
    expected, stream = Expected(), b""
    for test, value in enumerate(values):
        whole = record(test, value)
        stream += whole
        ((_, _, _, sink, flags),) = RecordReader(lambda kind, test: Buffer(1 << 30)).feed(whole)
        expected.add(sink.data, flags, 0.25 * test)
    return expected, stream


class Matching(unittest.TestCase):
    values = [1, "two", [3.5, 4], {"five": 6}, None, (7,), 2**80, [1, 2.5] * 40]

    def test_every_cut_of_the_right_stream(self):
        expected, stream = expectations(self.values)
        ends = [len(record(t, v)) for t, v in enumerate(self.values)]
        for size in range(len(stream) + 1):
            last, used = expected.matching(0, stream[:size], 0)
            self.assertEqual(used, sum(ends[:last]))
            self.assertLessEqual(used, size)
            self.assertTrue(last == len(ends) or used + ends[last] > size)
        self.assertEqual(expected.matching(0, stream + b"more", 0), (len(ends), len(stream)))
        self.assertEqual(expected.matching(3, b"xx" + stream[sum(ends[:3]) :], 2)[0], len(ends))

    def test_no_changed_byte_is_overlooked(self):
        expected, stream = expectations(self.values)
        ends = [len(record(t, v)) for t, v in enumerate(self.values)]
        for place in range(len(stream)):
            forged = bytearray(stream)
            forged[place] ^= 1
            last, used = expected.matching(0, bytes(forged), 0)
            self.assertLessEqual(used, place)
            self.assertEqual(used, sum(ends[:last]))
            self.assertGreater(used + ends[last], place)

    def test_values_unequal_to_themselves_are_apart(self):
        expected, stream = expectations([1, float("nan"), 2])
        self.assertEqual(expected.matching(0, stream, 0)[0], 1)
        self.assertFalse(expected.settles(1))
        self.assertTrue(expected.settles(2))

    def test_data_and_values(self):
        expected, _ = expectations(self.values + [float("inf")])
        for test, value in enumerate(self.values):
            self.assertEqual(expected.value(test), value)
            self.assertEqual(expected.size(test), len(expected.data(test)))


class Sizes(unittest.TestCase):
    def test_few_leaves_count_for_what_they_stand_for(self):
        for rows, items in (([[1, True] * 9] * 500_000, 9_000_000), ([[0.5]] + [[2] * 300] * 9000, 2_700_001)):
            expected, _ = expectations([rows])
            self.assertEqual(expected.data(0)[3:4], b"M")
            self.assertEqual((len(expected.apart), expected.size(0)), (1, 9 * items))
            self.assertEqual(expected.value(0), rows)
            self.assertEqual(Expected.unpack(expected.pack(False)).size(0), 9 * items)


class Packing(unittest.TestCase):
    def test_round_trip(self):
        values = Matching.values + [float("nan"), "x" * (1 << 20)]
        expected, stream = expectations(Matching.values + [float("nan")])
        other = Expected.unpack(expected.pack(True))
        self.assertEqual(other.seconds, expected.seconds)
        self.assertEqual(other.matching(0, stream, 0), expected.matching(0, stream, 0))
        for test in range(len(expected)):
            self.assertEqual(other.data(test), expected.data(test))
            self.assertEqual(other.settles(test), expected.settles(test))
        self.assertEqual(len(values), len(other) + 1)

    def test_damage_is_no_crash(self):
        expected, _ = expectations(Matching.values)
        packed, rng = expected.pack(True), random.Random(5)
        for _ in range(500):
            damaged = bytearray(packed)
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            damaged = damaged[: rng.randrange(len(damaged)) if rng.random() < 0.5 else None]
            try:
                Expected.unpack(bytes(damaged))
            except (wire.WireError, ValueError, TypeError):
                pass


class Kept(unittest.TestCase):
    """The same verdicts with expected values of an earlier judge, and none from damaged ones."""

    task = {
        "task_id": "T/0", "entry_point": "f", "atol": 0,
        "base_input": [[i] for i in range(300)], "plus_input": [[[1, 2]], [[0.5]], [[]]],
    }  # fmt: skip
    reference = "def f(x):\n    return x * 2"

    def open(self, slot, *known):
        import json

        request = {
            "op": "task", "task_id": "T/0", "dataset": "humaneval", "entry_point": "f",
            "semantics": "evalplus-head", "min_time_limit": 1.0, "time_factor": 4.0,
            "max_total_time": 10.0, "memory_bytes": 1 << 30,
        }  # fmt: skip
        fields = [self.task[key] for key in ("base_input", "plus_input", "atol")]
        blobs = [json.dumps(field).encode() for field in fields + [self.reference]]
        return slot.ask(request, *blobs, *known)

    def verdicts(self, slot):
        programs = (self.reference, "def f(x):\n    return x * 2 if x != 299 else 0", "def f(x): return 1")
        keys = ("status", "reason", "test", "input", "expected", "got", "fail_tests")
        answers = []
        for program in programs:
            reply = slot.candidate(program)
            answers.append([{k: reply[h].get(k) for k in keys} for h in ("base", "plus")])
        return answers

    def test_once_and_again(self):
        with Slot() as slot:
            answer, blobs = self.open(slot)
            self.assertEqual((answer["reference"], len(blobs)), ("ok", 1))
            first = self.verdicts(slot)
            self.assertEqual([v["status"] for v in first[0]], ["pass", "pass"])
            self.assertEqual(first[1][0]["test"], 299)
            self.assertEqual(
                (first[1][0]["input"], first[1][0]["expected"], first[1][0]["got"]), ("[299]", "598", "0")
            )
            again, none = self.open(slot, blobs[0])
            self.assertEqual((again["reference"], none), ("ok", []))
            self.assertEqual(self.verdicts(slot), first)
            damaged, made = self.open(slot, blobs[0][:-1])
            self.assertEqual((damaged["reference"], len(made)), ("ok", 1))
            self.assertEqual(self.verdicts(slot), first)


    def test_large_values_are_kept_as_digests(self):
        """The reference runs again only for a program whose large value differs, and then decides."""
        task, reference = dict(self.task), "def f(x):\n    return [1, 2.5] * 100000 if x == [1, 2] else x * 2"
        kept, whole = self.task, self.reference
        Kept.task, Kept.reference = task, reference
        try:
            with Slot() as slot:
                blob = self.open(slot)[1][0]
                self.assertLess(len(blob), 30000)
                self.assertEqual(self.open(slot, blob)[1], [])
                for program, status in (
                    (reference, "pass"),
                    (reference.replace("1, 2.5", "1.0, 2.5"), "pass"),  # equal, encoded differently
                    (reference.replace("100000", "99999"), "fail"),
                    (reference, "pass"),
                ):
                    self.assertEqual(slot.candidate(program)["plus"]["status"], status, program)
        finally:
            Kept.task, Kept.reference = kept, whole

    def test_rows_of_few_different_leaves(self):
        """Compared by value, though they are few bytes; against what is equal but not few as well."""
        reference = "def f(x):\n    return [[%s] * 77] * (5000 if x == 0 else 60)"
        task = dict(self.task, base_input=[[0], [1]], plus_input=[[1]], atol=1e-6)
        kept, whole = self.task, self.reference
        noise = (
            "def f(x):\n    rows = range(5000 if x == 0 else 60)\n"
            "    return [[0.5 + (row * 77 + column) * 1e-14 for column in range(77)] for row in rows]"
        )
        right = {
            "True, 0, 'a', None": ("1, 0, 'a', None", "1.0, -0.0, 'a', None"),
            "'ab', 'c'": ("str(b'ab', 'ascii'), 'c'",),
            "0.5": ("0.500001", noise),
        }
        wrong = {
            "True, 0, 'a', None": ("True, 0, 'a', 0",),
            "'ab', 'c'": ("'ab', 'd'", "'ab', 99"),
            "0.5": ("0.50001", noise.replace("0.5", "0.6")),
        }
        try:
            for leaves in right:
                Kept.task, Kept.reference = task, reference % leaves
                with Slot() as slot:
                    self.assertEqual(self.open(slot)[0]["reference"], "ok")
                    for output in (leaves,) + right[leaves] + wrong[leaves]:
                        program = output if output.startswith("def") else reference % output
                        verdict = slot.candidate(program, halves=("base",), fast=False)["base"]
                        reason = "wrong answer" if output in wrong[leaves] else "passed"
                        self.assertEqual(verdict["reason"], reason, (leaves, output))
        finally:
            Kept.task, Kept.reference = kept, whole

    def test_what_a_failing_program_printed_is_shown(self):
        with Slot() as slot:
            self.open(slot)
            for program in (
                "def f(x):\n    print('seen', x)\n    return 0 if x == 5 else x * 2",
                "def f(x):\n    print('seen', x)\n    return 1 // (5 - x) * 0 + x * 2",
            ):
                verdict = slot.candidate(program, halves=("base",))["base"]
                self.assertEqual((verdict["test"], verdict["output_tail"]), (5, "seen 5\n"), verdict)


class Literals(unittest.TestCase):
    def test_short_ones_are_their_repr(self):
        for value in (1, -3, True, None, 1.5, float("nan"), "a'b", b"x", (), (1,), [], {}, {"k": [1, (2,)]}, {1}):
            self.assertEqual(literal(value, 200), repr(value))
        self.assertEqual(literal(set(), 50), "set()")
        self.assertEqual(literal(collections.deque([1]), 50), "deque([1])")

    def test_long_ones_are_cut_in_the_middle(self):
        text = literal(list(range(500)), 100)
        self.assertLessEqual(len(text), 100)
        self.assertTrue(text.startswith("[0, 1, 2") and text.endswith("498, 499]"), text)
        self.assertIn("2390 characters", text)

    def test_huge_ones_are_not_written_out(self):
        for value in (["x" * 10**7], [[0] * 10**6] * 10, 10**100000, {i: i for i in range(10**5)}):
            self.assertLessEqual(len(literal(value, 120)), 120)


class TimeLimits(unittest.TestCase):
    """Who does not hear its alarm is killed long before the total limit; who swallows it is not."""

    def test_comparing_is_not_the_programs_time(self):
        request = {"dataset": "humaneval", "entry_point": "f", "semantics": "evalplus-head"}
        run, clock = trial.Trial(request, 0, expectations([[1], [2]])[0], [1.0, 1.0], None, False), [100.0]

        def compare(test, data):
            clock[0] += 60
            return False

        with mock.patch.object(trial.time, "monotonic", lambda: clock[0]), mock.patch.object(run, "compare", compare):
            for stream in (wire.record(wire.STARTED, 0, b""), wire.record(wire.READY, 0, b""), record(0, [0])):
                self.assertTrue(run.consume(stream))
            self.assertFalse(run.overdue(clock[0]))
            self.assertTrue(run.overdue(clock[0] + 1 + trial.GRACE + 0.1))

    def test_deaf_and_stubborn(self):
        with Slot() as slot:
            Kept.open(Kept(), slot)
            deaf = (
                "import signal\ndef f(x):\n    signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
                "    while True: pass"
            )
            verdict = slot.candidate(deaf, halves=("base",))["base"]
            self.assertEqual((verdict["status"], verdict["reason"]), ("timeout", "per-test timeout"))
            self.assertLess(verdict["wall_seconds"], 8)
            stubborn = (
                "import time\ndef f(x):\n    end = time.time() + (5 if x == 0 else 0)\n"
                "    while time.time() < end:\n        try:\n            while time.time() < end: pass\n"
                "        except Exception: pass\n    return x * 2"
            )
            verdict = slot.candidate(stubborn, halves=("base",))["base"]
            self.assertEqual(verdict["status"], "pass", verdict)


if __name__ == "__main__":
    unittest.main()
