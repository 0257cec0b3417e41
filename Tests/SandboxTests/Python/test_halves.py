"""Programs whose process runs both halves: which ones may, that each half finds a fresh state, and how the records of
the two are told apart."""

import sys
import time
import unittest

from launch_unjailed import SOURCES, Slot

sys.path.insert(0, str(SOURCES))

import expected  # noqa: E402
import halves  # noqa: E402
import traces  # noqa: E402
import trial  # noqa: E402
import wire  # noqa: E402

HARMLESS = (
    "def f(x):\n    return sorted(set(x), key=lambda a: -a)[:3]",
    "'''Text.'''\ndef g(x):\n    return {a: str(a).upper() for a in x if a}\ndef f(x):\n    return g(x)",
    "from typing import List, Optional\ndef f(x: List[int]) -> Optional[int]:\n    return max(x, default=None)",
    "import math\nimport re\ndef f(x):\n    return math.sqrt(x) + len(re.findall('a+', 'aba'))",
    "from collections import Counter, defaultdict\ndef f(x):\n    return Counter(x).most_common(1)",
    "import heapq\nfrom functools import lru_cache\n@lru_cache(maxsize=None)\ndef f(x):\n    return heapq.nlargest(1, x)",
    "seen = {}\ndef f(x, y=[]):\n    global last\n    last = x\n    y.append(x)\n    seen[x] = y\n    return len(y)",
    "def f(x):\n    try:\n        return [1 / a for a in x]\n    except ZeroDivisionError as error:\n        raise ValueError(x) from error",
    "def f(x):\n    def g():\n        nonlocal x\n        x += 1\n        return x\n    return any(a == g() for a in (1, 2))",
    "def f(x):\n    print(f'{x!r:>5}')\n    return '{} {}'.format(x, 1).encode('utf-8').hex()",
    "def f(x):\n    return sum(1 for a in x)\nif __name__ == '__main__':\n    print(f([1]))",
)
LEAVING = (
    "import random\ndef f(x):\n    return random.random()",
    "import sys\ndef f(x):\n    sys.setrecursionlimit(9999)",
    "import os.path\ndef f(x):\n    return x",
    "import collections.abc\ndef f(x):\n    return x",
    "from math import *\ndef f(x):\n    return x",
    "from typing import sys\ndef f(x):\n    sys.seen = x",
    "from typing import sys as s\ndef f(x):\n    return s",
    "from collections import _sys\ndef f(x):\n    return _sys",
    "import typing\nsys = 1\ndef f(x):\n    typing.sys.setrecursionlimit(9)",
    "import re\ndef f(x):\n    re.purge()",
    "from . import wire\ndef f(x):\n    return x",
    "def f(x):\n    f.seen = x",
    "def f(x):\n    del f.seen",
    "def f(x):\n    return getattr(x, 'real')",
    "def f(x):\n    setattr(f, 'seen', x)",
    "def f(x):\n    return f.__globals__",
    "def f(x):\n    return (a for a in x).gi_frame.f_builtins",
    "def f(x):\n    try:\n        raise ValueError\n    except ValueError as e:\n        return e.__traceback__.tb_frame.f_back",
    "def f(x):\n    match f:\n        case object(__globals__=g):\n            g['__builtins__']['x'] = 1",
    "def f(x):\n    return __builtins__",
    "__builtins__ = {}\ndef f(x):\n    return x",
    "def f(x):\n    return __import__('os')",
    "def f(x):\n    exec('import os')",
    "run = exec\ndef f(x):\n    run('import os')",
    "exec = 1\ndef f(x):\n    return x",
    "def f(x):\n    return globals()",
    "def f(x):\n    return type('A', (list,), {'__del__': print})()",
    "class A:\n    pass\ndef f(x):\n    return x",
    "def g():\n    try:\n        yield 1\n    finally:\n        print(1)\ndef f(x):\n    return next(g())",
    "async def g():\n    pass\ndef f(x):\n    return g()",
    "def f(x):\n    return (lambda: open)()",
    "def f(x):\n    return [[id(b) for b in a] for a in x]",
    "def f(x):\n    return input()",
    "def f(x):\n    return %s" % " or ".join("a%d" % i for i in range(200)),
)


class Traces(unittest.TestCase):
    def leaves_none(self, program):
        try:
            return traces.leaves_none(compile(program, "<string>", "exec", 0, True))
        except SyntaxError:  # of a later Python
            return None

    def test_harmless(self):
        for program in HARMLESS:
            self.assertTrue(self.leaves_none(program), program)

    def test_leaving(self):
        for program in LEAVING:
            self.assertFalse(self.leaves_none(program), program)

    def test_nothing_that_is_allowed_leads_on(self):
        """An allowed attribute of an allowed module, or of anything that a builtin makes, is data or a function that
        changes only what it is given."""
        types = {type(None), type(NotImplemented), type(...), type(lambda: 0), type((a for a in ())), type(len)}
        types.update(type(value) for value in ("", b"", bytearray(), 1, 1.0, 1j, [], (), range(1), slice(1), {}, set()))
        types.update((frozenset, type, zip, map, type(iter([])), type({}.items()), BaseException, StopIteration))
        leading = ("gi_", "cr_", "ag_", "tb_", "f_", "co_", "cell_", "_")
        self.assertEqual([name for name in traces._METHODS if name.startswith(leading)], [])
        for kind in types:
            for name in traces._METHODS.intersection(dir(kind)):
                self.assertNotIsInstance(getattr(kind, name), type(sys), (kind, name))
        for name in traces._MODULES:
            module = __import__(name)
            for attribute in traces._METHODS.intersection(dir(module)):
                self.assertNotIsInstance(getattr(module, attribute), (type(sys), dict), (name, attribute))


TASK = {"task_id": "HumanEval/0", "entry_point": "f", "atol": 0}
TASK.update(base_input=[[1], [2], [3]], plus_input=[[4], [5]])
REFERENCE = "def f(x):\n    return x * 37 + 1\n"
# Right about 4 and 5 only where something of the base tests is left: `seen` is what was found.
CARRIED = "def f(x):\n%s\n    return x * 37 + 1 if x < 4 or seen else None"
STORES = {
    "a module's dictionary": ("memory = []\n", "    seen = 3 in memory\n    memory.append(x)"),
    "a default": ("", "    seen = 3 in memory\n    memory.append(x)"),
    "a closure": ("def make():\n    memory = []\n    return memory\nkeep = make()\n", "    seen = 3 in keep\n    keep.append(x)"),
    "a cache": (
        "import functools\nmemory = []\n@functools.lru_cache(None)\ndef g(y):\n    memory.append(y)\n    return len(memory)\n",
        "    seen = g(0) == 1 and g(x) > 2",
    ),
    "an attribute of a module": ("import math\n", "    seen = hasattr(math, 'seen')\n    math.seen = 1"),
    "builtins": ("import builtins\n", "    seen = hasattr(builtins, 'seen')\n    builtins.seen = 1"),
    "sys": ("import sys\n", "    seen = sys.getrecursionlimit() == 4321\n    sys.setrecursionlimit(4321)"),
    "a frame": (
        "",
        "    b = (a for a in ()).gi_frame.f_builtins\n    seen = 'seen' in b\n    b['seen'] = 1",
    ),
    "the context of decimals": (
        "import decimal\n", "    c = decimal.getcontext()\n    seen = c.prec == 77\n    c.prec = 77",
    ),
    "random's state": ("import random\n", "    seen = random.random() == 2\n    random.random = lambda: 2"),
    "the environment": ("import os\n", "    seen = b'SEEN' in os.environ._data\n    os.environ._data[b'SEEN'] = b''"),
    "loaded modules": ("import sys\n", "    seen = 'seen' in sys.modules\n    sys.modules['seen'] = sys"),
    "a class": ("", "    seen = 'A' in [c.__name__ for c in list.__subclasses__()]\n    x.real.__class__\n    f.a = type('A', (list,), {})"),
    "the process id": ("import os\nimport builtins\n", "    seen = getattr(builtins, 'pid', 0) == os.getpid()\n    builtins.pid = os.getpid()"),
}  # fmt: skip


class State(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slot = Slot()
        assert cls.slot.task(TASK, "humaneval", REFERENCE, min_time_limit=1.5)["reference"] == "ok"
        cls.slot.candidate(REFERENCE)  # the first program has no task zygote

    @classmethod
    def tearDownClass(cls):
        cls.slot.close()

    def test_the_plus_tests_find_nothing_of_the_base_tests(self):
        for name, (before, body) in STORES.items():
            program = before + CARRIED % body
            if name == "a default":
                program = program.replace("f(x)", "f(x, memory=[])")
            with self.subTest(name):
                alone = self.slot.candidate(program, ["plus"])["plus"]
                both = self.slot.candidate(program)
                self.assertEqual(both["base"]["status"], "pass", both)
                self.assertEqual((both["plus"]["status"], both["plus"]["test"]), ("fail", 0), both)
                self.assertEqual(both["plus"]["reason"], alone["reason"], (alone, both))

    def test_verdicts_are_those_of_two_processes(self):
        bodies = (
            "return x * 37 + 1", "return x", "return x * 37 + (x != 2)", "return x * 37 + (x < 4)", "return x * 37 + (x < 5)",
            "return 1 // (x - 2)", "return x * 37 + 1 // (4 - x) ** 0 if x < 4 else [][x]", "return lambda: x",
            "print('seen', x)\n    return x * 37 + 1", "return x * 37 + 1 if x < 5 else [0] * 10 ** 12",
            "return [0] * 10 ** 12", "while x == 5:\n        pass\n    return x * 37 + 1", "return f(x)",
            "x = [x] * 40_000_000\n    return len(x) if x[0] == 4 else x[0] * 37 + 1",
        )  # fmt: skip
        for fast in (True, False):
            for body in bodies:
                program = "def f(x):\n    %s\n" % body
                self.assertTrue(traces.leaves_none(compile(program, "<string>", "exec")))
                both = self.slot.candidate(program, fast=fast)
                for half in ("base", "plus"):
                    alone = self.slot.candidate(program, [half], fast)[half]
                    for key in ("status", "reason", "tests_run", "test", "detail", "got", "output_tail", "fail_tests"):
                        self.assertEqual(both[half].get(key), alone.get(key), (body, fast, half, key, both, alone))

    def test_the_time_of_each_half_is_its_own(self):
        program = "def f(x):\n    for i in range(%s):\n        pass\n    return x * 37 + 1\n"
        slow, quick = "10 ** 7", "1"
        for half in ("base", "plus"):
            counts = "{0} if x {2} 4 else {1}".format(slow, quick, "<" if half == "base" else ">=")
            verdict = self.slot.candidate(program % counts)
            other = "plus" if half == "base" else "base"
            for key in ("wall_seconds", "cpu_seconds"):
                self.assertGreater(verdict[half][key], 5 * verdict[other][key], (half, verdict))


def stream(values, *, count=None, last=None):
    """A half's records."""
    parts = [wire.record(wire.STARTED, 0, b""), wire.record(wire.READY, 0, b"")]
    for index, value in enumerate(values):
        kind, data = (wire.VALUE, value) if isinstance(value, bytes) else (wire.EXCEPTION, value.encode())
        parts.append(wire.record(kind, index, data))
    count = len(values) if count is None else count
    return b"".join(parts) + (wire.record(wire.DONE, count, b"") if last is None else wire.done(count, *last))


class Following(unittest.TestCase):
    RIGHT, WRONG = [b"T", b"F", b"T"], [b"T", b"T", b"T"]
    REPORT = {"wall": 2.0, "cpu": 1.0, "rss": 1 << 24, "exit": 0, "signal": None, "killed": "", "forbidden": None}

    def half(self, fast):
        request = dict(task_id="HumanEval/0", dataset="humaneval", entry_point="f", semantics="evalplus-head", memory_bytes=0)
        values = expected.Expected()
        for value in self.RIGHT:
            values.add(value, 0, 1e-6)
        return trial.Trial(request, 0, values, [4.0] * 3, lambda: [[0]] * 3, fast)

    def outcome(self, pieces, fast=True, report=REPORT, seconds=(9.0, 9.0)):
        """(verdict of the first half, of the second or None, whether it was killed)."""
        reader, is_wanted = halves.Halves(self.half(fast), self.half(fast), seconds), True
        for piece in pieces:
            is_wanted = is_wanted and reader.consume(memoryview(piece))
        first, second = reader.reports(report)
        verdict = reader.second.verdict(second) if second else None
        return reader.first.verdict(first), verdict, not is_wanted

    def status(self, *arguments, **options):
        first, second, _ = self.outcome(*arguments, **options)
        return first["status"], second and second["status"]

    def test_each_half_is_judged_by_its_own_records(self):
        for first, second, statuses in (
            (self.RIGHT, self.RIGHT, ("pass", "pass")), (self.RIGHT, self.WRONG, ("pass", "fail")),
            (self.WRONG, self.RIGHT, ("fail", "pass")), (self.WRONG, self.WRONG, ("fail", "fail")),
            (["call"], self.RIGHT, ("fail", "pass")), (self.RIGHT, ["call"], ("pass", "fail")),
        ):  # fmt: skip
            data = stream(first, last=(0.5, 0.25)) + stream(second)
            for fast in (True, False):
                if fast or "call" not in first + second:
                    self.assertEqual(self.status([data], fast=fast), statuses)

    def test_pieces_of_any_size(self):
        data = stream(self.RIGHT, last=(0.5, 0.25)) + stream(self.RIGHT)
        whole = self.outcome([data])
        self.assertEqual((whole[0]["wall_seconds"], whole[1]["wall_seconds"]), (0.5, 1.5))
        self.assertEqual((whole[0]["cpu_seconds"], whole[1]["cpu_seconds"]), (0.25, 0.75))
        for at in range(len(data)):
            self.assertEqual(self.outcome([data[:at], data[at:]]), whole, at)
        self.assertEqual(self.outcome([data[i : i + 1] for i in range(len(data))]), whole)
        wrong = stream(self.WRONG, last=(0.5, 0.25)) + stream(self.RIGHT)
        for at in range(len(wrong)):
            first, second, is_killed = self.outcome([wrong[:at], wrong[at:]])
            self.assertEqual(first["status"], "fail")
            # Who is still in its first half when that is decided is killed, and has the other run anew.
            self.assertTrue(second or is_killed, at)
            self.assertEqual((second or {}).get("status", "pass"), "pass", at)

    def test_a_second_half_that_was_not_run_is_run(self):
        first = stream(self.RIGHT, last=(0.5, 0.25))
        for data in (first, stream(self.RIGHT), first + b"\x01", stream(["call"]), stream([], count=0)):
            self.assertIsNone(self.outcome([data])[1])
        killed = dict(self.REPORT, exit=None, signal=9)
        for second in (self.RIGHT[:2], self.RIGHT):
            cut = first + stream(second)[:-1]
            self.assertIsNone(self.outcome([cut], report=killed)[1])

    def test_what_memory_or_time_decided_is_decided_alone(self):
        right = stream(self.RIGHT, last=(0.5, 0.25)) + stream(self.RIGHT)
        wrong = stream(self.RIGHT, last=(0.5, 0.25)) + stream(self.WRONG)
        memory = stream(self.RIGHT, last=(0.5, 0.25)) + stream(["memory\0MemoryError\0001\0"])
        large = dict(self.REPORT, rss=1 << 30)
        self.assertEqual(self.status([right], report=large), ("pass", "pass"))
        self.assertEqual(self.status([wrong], report=large), ("pass", None))
        self.assertEqual(self.status([memory]), ("pass", None))
        self.assertEqual(self.status([right], seconds=(9.0, 1.4)), ("pass", None))

    def test_the_first_half_has_a_limit_of_its_own(self):
        right, start = stream(self.RIGHT, last=(0.5, 0.25)), time.monotonic()
        reader = halves.Halves(self.half(True), self.half(True), (5.0, 9.0))
        self.assertTrue(reader.consume(right[:-20]))
        self.assertEqual([reader.overdue(start + passed) for passed in (0.0, 4.9, 5.1)], [False, False, True])
        first, second = reader.reports(dict(self.REPORT, killed="judge", exit=None, signal=9))
        verdict = reader.first.verdict(first)
        self.assertEqual((verdict["status"], verdict["reason"], second), ("timeout", "total timeout", None))

    def test_the_second_half_has_a_limit_of_its_own(self):
        right, start = stream(self.RIGHT, last=(0.5, 0.25)), time.monotonic()
        for killed in ("judge", "limit"):
            reader = halves.Halves(self.half(True), self.half(True), (5.0, 2.0))
            self.assertFalse(reader.overdue(start))
            self.assertTrue(reader.consume(right + stream(self.RIGHT)[:-20]))
            self.assertEqual([reader.overdue(start + passed) for passed in (1.0, 2.9)], [False, False])
            if killed == "judge":
                self.assertTrue(reader.overdue(start + 3.1))
            first, second = reader.reports(dict(self.REPORT, killed=killed, exit=None, signal=9, wall=2.6))
            self.assertEqual(reader.first.verdict(first)["status"], "pass")
            verdict = reader.second.verdict(second)
            self.assertEqual((verdict["status"], verdict["reason"]), ("timeout", "total timeout"))

    def test_times_that_are_none(self):
        for wall in (float("nan"), float("inf"), -1.0, 1e300):
            first, second, _ = self.outcome([stream(self.RIGHT, last=(wall, wall)) + stream(self.RIGHT)])
            self.assertEqual((first["wall_seconds"], second["wall_seconds"]), (2.0, 0.0))

    def test_forged_halves(self):
        first, second = stream(self.RIGHT, last=(0.5, 0.25)), stream(self.RIGHT)
        forged = (
            first + first, first + second[:18] + second, second + second, first + stream(self.RIGHT, count=2),
            first + wire.record(wire.DONE, 3, b""), first + b"\xff" * 64, stream(self.RIGHT[:2], last=(0, 0)) + second,
            stream(self.RIGHT, count=9, last=(0, 0)) + second, first[18:] + second,
        )  # fmt: skip
        for data in forged:
            with self.subTest(data=data):
                verdicts = self.outcome([data])
                if data == first + first:  # a right second half, with a last record that says more would come
                    self.assertEqual(verdicts[1]["status"], "pass")
                    continue
                self.assertTrue(verdicts[0]["status"] != "pass" or verdicts[1] is None, verdicts)


if __name__ == "__main__":
    unittest.main()
