"""evalplus's rules for when an output counts as the expected one.

Source: evalplus `eval/__init__.py` (`unsafe_execute`, `is_floats`) and `eval/_special_oracle.py`;
the order of the checks matters and is kept. Outputs and expected values are the judge's own plain
values, so no method of a program's object takes part.
"""

import math

import wire

SET_TASKS = frozenset(
    """similar_elements find_char_long common_in_nested_lists extract_singly larg_nnum
    intersection_array find_dissimilar Diff""".split()
)
NOT_NONE_TASKS = frozenset(("check_str", "text_match_three", "text_starta_endb"))
RELATIVE, FLOAT_TOLERANCE = 1e-7, 1e-6

# What the candidate sends for a test beside the output: nothing, the output's elements as a set
# (the rule iterates it, so any iterable will do), or the first argument as the call left it.
PLAIN, ELEMENTS, ARGUMENT = wire.CAPTURES


class Foreign:
    """Stands for an output of a type that the wire does not carry. Equal to nothing but itself."""


def capture(dataset, entry_point):
    """Which of PLAIN, ELEMENTS and ARGUMENT the rule for this task needs."""
    if dataset == "mbpp" and entry_point in SET_TASKS:
        return ELEMENTS
    if dataset == "humaneval" and entry_point == "find_zero":
        return ARGUMENT
    return PLAIN


def is_floats(value):
    """A float, or a non-empty list or tuple of floats only, or a float32 or float64 array."""
    if isinstance(value, float):
        return True
    if isinstance(value, (list, tuple)) and value:
        return all(isinstance(item, float) for item in value)
    dtype = getattr(value, "dtype", None)
    return getattr(value, "shape", ()) != () and str(dtype) in ("float32", "float64")


def _size(value):
    """The number of items of a numpy array; 1 for anything else."""
    return value.size if hasattr(value, "dtype") else 1


def _elements(output):
    """set(output), one by one: the judge's alarm is only noticed between byte codes, a hostile choice
    of hashes takes quadratic time, and a forged range has no end."""
    result = set()
    for item in output:
        result.add(item)
    return result


def _pyramid_surface(base, height):
    """Mbpp/581 with `height` read as the pyramid's height and not its slant height."""
    slant = math.sqrt((base / 2) ** 2 + height**2)
    return round(base**2 + 4 * (base * slant) / 2)


def _padded_digit_distance(first, second):
    """Mbpp/558 for numbers of unequal length: the shorter one is padded with zeros."""
    first, second = str(first), str(second)
    width = max(len(first), len(second))
    return sum(abs(int(a) - int(b)) for a, b in zip(first.zfill(width), second.zfill(width)))


def _polynomial(coefficients, x):
    return sum([c * math.pow(x, power) for power, c in enumerate(coefficients)])


class Oracle:
    """The comparison for one run over a list of tests. `tolerance` is sticky: the first expected
    float makes it 1e-6 for the rest of the run."""

    def __init__(self, dataset, entry_point, tolerance):
        self.dataset, self.entry_point, self.tolerance = dataset, entry_point, tolerance
        mbpp = dataset == "mbpp"
        self.is_root = capture(dataset, entry_point) == ARGUMENT
        self.is_set = mbpp and entry_point in SET_TASKS
        self.is_not_none = mbpp and entry_point in NOT_NONE_TASKS
        # An output that equals the expected one need not be right, or is no single value.
        self.is_special = self.is_root or self.is_set or self.is_not_none

    def note(self, floats):
        if self.tolerance == 0 and floats:
            self.tolerance = FLOAT_TOLERANCE

    def root(self, output, argument, original):
        """HumanEval/32. The reference evaluates the polynomial as the call left it. A program
        could clear it, so the polynomial as it was must vanish too. Raises as the reference."""
        if type(argument) is not list:
            return False  # not what any call leaves
        for coefficients in (argument, original):
            if not abs(_polynomial(coefficients, output)) <= self.tolerance:
                return False
        return True

    def accepts(self, output, expected, arguments):
        """Whether `output` counts. `arguments` is a function giving the test's arguments.

        Any exception means no, as in the reference."""
        if _size(output) > 1 and not self.is_not_none and self.entry_point != "are_equivalent":
            # `==` would give an array, which is neither true nor false, and as large as the
            # product of both sizes.
            self.note(is_floats(expected))
            return False
        exact = output == expected
        if self.dataset == "mbpp":
            exact = self.special(exact, output, expected, arguments)
        self.note(is_floats(expected))
        if not exact and self.tolerance != 0:
            if type(output) != type(expected):
                return False
            if isinstance(expected, (list, tuple)) and len(output) != len(expected):
                return False
            import numpy

            output, expected = numpy.asanyarray(output), numpy.asanyarray(expected)
            if expected.size and not output.size:
                return False  # `[[]]` broadcasts against `[y]` to nothing, of which all is close
            return bool(numpy.allclose(output, expected, rtol=RELATIVE, atol=self.tolerance))
        return bool(exact)

    def special(self, exact, output, expected, arguments):
        name = self.entry_point
        if name == "are_equivalent":
            return True
        if name == "sum_div":
            return exact or output == 0
        if name == "surface_Area":
            return exact or abs(output - _pyramid_surface(*arguments())) <= self.tolerance
        if name == "digit_distance_nums":
            return exact or output == _padded_digit_distance(*arguments())
        if self.is_set:
            return _elements(output) == set(expected)
        if self.is_not_none:
            if isinstance(output, bool):
                return output == expected
            return expected == (output is not None)
        return exact
