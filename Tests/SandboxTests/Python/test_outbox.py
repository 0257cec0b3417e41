"""The memory that a program's process leaves its records in: read after any end, trusted with nothing."""

import sys
import unittest

from launch_unjailed import SOURCES, Slot

sys.path.insert(0, str(SOURCES))
import brief  # noqa: E402
import encode  # noqa: E402
import outbox  # noqa: E402
import wire  # noqa: E402

TASK = {
    "task_id": "HumanEval/0", "entry_point": "f", "base_input": [[n] for n in range(100)], "plus_input": [],
    "atol": 0,
}  # fmt: skip
# Finds the box the way that any program could.
FIND = """
import sys
frame = sys._getframe()
while "self" not in frame.f_locals:
    frame = frame.f_back
box = frame.f_locals["self"].outbox
"""


class Text(str):
    pass


class Brief(unittest.TestCase):
    def test_the_records_are_those_of_the_encoder(self):
        long = "x" * 300
        for value in (
            True, False, None, 0, -5, 1 << 63, -(1 << 63), 2.5, float("inf"), "", "é\udcff", long, Text("a"),
            [], (), [1, 2.5], (1, 1 << 80), [True, 1], ["a", "bc", ""], ("é",) * 2, ["a"] * 9, list("abcdefgh"), list("abcdaaaa"),
            list("abcdeaaa"), [long], [None],
            [[1, 2], [3]], [1] * 300, {1: 2}, {3}, [Text("a")], [1, "a"], 1j,
        ):  # fmt: skip
            with self.subTest(value=value):
                pieces = []
                encode.Encoder(lambda data: pieces.append(bytes(data))).send(wire.VALUE, 7, 0.0, value)
                self.assertIn(brief.record(7, value), (None, b"".join(pieces)))
        self.assertTrue(all(brief.record(7, value) for value in (True, None, 1, 2.5, "a", [1], (1,), ["a"])))


class Box(unittest.TestCase):
    def test_what_has_no_room_goes_through_the_pipe_in_order(self):
        sent, memory = [], bytearray(8 + 10)
        box = outbox.Outbox(memoryview(memory))
        write, outbox._write = outbox._write, lambda file, data: sent.append(bytes(data)) or len(data)
        try:
            for piece in (b"one", b"two", b"threethree!", b"four", b"fivefive"):
                box.write(piece)
        finally:
            outbox._write = write
        self.assertEqual(sent, [b"onetwo", b"threethree!", b"four"])
        self.assertEqual(bytes(memory), (8).to_bytes(8, "little") + b"fivefive" + memory[16:])


class Ends(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slot = Slot()
        assert cls.slot.task(TASK, "humaneval", "def f(x):\n    return [x]")["reference"] == "ok"

    @classmethod
    def tearDownClass(cls):
        cls.slot.close()

    def verdict(self, program):
        return self.slot.candidate(program, halves=("base",))["base"]

    def test_a_crash_keeps_what_came_before(self):
        program = "import ctypes\ndef f(x):\n    return ctypes.string_at(0) if x == 57 else [x]"
        verdict = self.verdict(program)
        self.assertEqual((verdict["reason"], verdict["tests_run"], verdict["test"]), ("crash", 57, 57))

    def test_a_length_beyond_the_box(self):
        verdict = self.verdict(FIND + "def f(x):\n    box.used[0] = 1 << 40\n    return ctypes.string_at(0)")
        self.assertNotEqual(verdict["status"], "pass")
        self.assertEqual(self.verdict("def f(x):\n    return [x]")["status"], "pass")

    def test_nothing_is_left_of_the_program_before(self):
        spoil = FIND + "box.room[:] = b'!' * len(box.room)\ndef f(x):\n    return [x]"
        self.assertNotEqual(self.verdict(spoil)["status"], "pass")
        look = FIND + "assert not any(box.room[box.at:])\ndef f(x):\n    return [x]"
        self.assertEqual(self.verdict(look)["status"], "pass")

    def test_records_of_the_programs_own_making(self):
        forge = FIND + "import struct\ndef f(x):\n    box.write(struct.pack('<BIdIB', 5, 100, 0.0, 0, 0))\n    return 1"
        verdict = self.verdict(forge)
        self.assertEqual((verdict["status"], verdict["reason"]), ("fail", "protocol violation"))


if __name__ == "__main__":
    unittest.main()
