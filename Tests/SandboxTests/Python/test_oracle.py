"""What the judge compares must cost no more than it is worth, whatever a candidate sent."""

import signal
import sys
import unittest

from launch_unjailed import SOURCES

sys.path.insert(0, str(SOURCES))

import oracle  # noqa: E402


class Stopped(BaseException):
    pass


class HostileOutputs(unittest.TestCase):
    def test_sets_are_built_where_an_alarm_is_noticed(self):
        """Integers of equal hash: set(list) would take minutes in one call."""

        def stop(*_):
            raise Stopped

        collisions = [index * sys.hash_info.modulus for index in range(60000)]
        previous = signal.signal(signal.SIGPROF, stop)
        try:
            signal.setitimer(signal.ITIMER_PROF, 0.2)
            with self.assertRaises(Stopped):
                oracle.Oracle("mbpp", "Diff", 0).accepts(collisions, [1], lambda: ())
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, previous)

    def test_arrays_are_not_multiplied_with_the_expected_value(self):
        import numpy

        column = numpy.zeros((1 << 20, 1), dtype=numpy.int8)
        self.assertFalse(oracle.Oracle("humaneval", "f", 0).accepts(column, [0] * (1 << 20), lambda: ()))

    def test_arrays_count_where_the_reference_counts_them(self):
        import numpy

        plain = oracle.Oracle("humaneval", "f", 0)
        self.assertTrue(plain.accepts(numpy.array([7]), 7, lambda: ()))
        self.assertFalse(plain.accepts(numpy.array([7, 7]), [7, 7], lambda: ()))
        some = oracle.Oracle("mbpp", "check_str", 0)
        self.assertTrue(some.accepts(numpy.array([7, 7]), True, lambda: ()))

    def test_a_polynomial_is_a_list(self):
        root = oracle.Oracle("humaneval", "find_zero", 1e-4).root
        self.assertTrue(root(-0.5, [1, 2], [1, 2]))
        for argument in (range(0), (1, 2), {}, None):
            self.assertFalse(root(-0.5, argument, [1, 2]))


if __name__ == "__main__":
    unittest.main()
