"""What a program frees must serve what it makes next, and no more of it may wait than the limits allow for."""

import bisect
import pathlib
import subprocess
import sys
import unittest
from unittest import mock

from launch_unjailed import SOURCES, entry

sys.path.insert(0, str(SOURCES))

import arenas  # noqa: E402
import launch  # noqa: E402

FLOAT = 24  # bytes of one


class Arenas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with mock.patch.object(launch, "FILE", entry(b"")):
            launch.Launcher(3, needs_filter=False)
        cls.kept = arenas._arenas

    def fill(self, size):
        """About `size` bytes of small objects, in a list that is none of them."""
        items = [None] * (size // FLOAT)
        for index in range(len(items)):
            items[index] = index + 0.5
        return items

    def test_what_was_freed_is_used_again(self):
        self.fill(arenas.KEPT // 2)
        waiting = self.kept.count
        self.assertGreater(waiting, len(self.kept.kept) // 3)
        starts = sorted(self.kept.kept[:waiting])
        self.assertTrue(all(low + self.kept.size <= high for low, high in zip(starts, starts[1:])))
        items = self.fill(arenas.KEPT // 4)
        self.assertLess(self.kept.count, waiting - len(self.kept.kept) // 5)
        below = [starts[bisect.bisect_right(starts, id(item)) - 1] for item in items]
        inside = sum(0 <= id(item) - start < self.kept.size for item, start in zip(items, below))
        self.assertGreater(inside, len(items) // 2)
        self.assertEqual(sum(items), sum(range(len(items))) + len(items) / 2)

    def test_no_more_than_are_allowed_for_wait(self):
        self.fill(2 * arenas.KEPT)
        self.assertEqual(self.kept.count, len(self.kept.kept))
        self.assertEqual(self.kept.count * self.kept.size, arenas.KEPT)
        self.assertEqual(sum(self.fill(arenas.KEPT)[:100]), 4950 + 50)

    def test_what_is_made_after_open_pools_lies_together(self):
        sizes = range(80, 480, 16)
        program = f"""
import sys
sys.path[:0] = {[str(SOURCES), str(pathlib.Path(__file__).parent)]}
import arenas, launch, launch_unjailed
launch.FILE = launch_unjailed.entry(b"")
launch.Launcher(3, needs_filter=False)

def resident():
    with open("/proc/self/smaps_rollup") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("Anonymous"))

holes = [bytes(100 + index % 300) for index in range(20_000)]
del holes[::3], holes[-2_000:]
before = resident()
arenas.open_pools()
print(resident() - before)
assert all(not any(hole) for hole in holes)
for size in {sizes}:
    blocks = [bytes(size - 33) for _ in range(8)]
    print(*(id(block) % arenas._POOL for block in blocks[4:]))  # the first may fill what has just been freed
"""
        command = [sys.executable, "-c", program]
        printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
        self.assertLess(int(printed[0]), 150)  # KiB: a new page for each size, less what nothing is left in
        for size, line in zip(sizes, printed[1:], strict=True):
            first, *others = map(int, line.split())
            self.assertEqual(others, [first + size, first + 2 * size, first + 3 * size])
            self.assertLess(first, 4096)


if __name__ == "__main__":
    unittest.main()
