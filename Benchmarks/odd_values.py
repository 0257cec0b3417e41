"""Oddities of what a program returns: another type, another container, a number moved by the tolerance."""

from oddity import SPECIAL_METHODS, Oddity

DEEP = """\
def _deep(change, value):
    if isinstance(value, (list, tuple)):
        return type(value)([_deep(change, item) for item in value])
    if isinstance(value, dict):
        return {key: _deep(change, item) for key, item in value.items()}
    return change(value)
def _number(change):
    return lambda v: change(v) if isinstance(v, (int, float)) and not isinstance(v, bool) else v
def _real(change):
    return lambda v: change(v) if isinstance(v, float) else v
"""


def _results():
    """The result as a value of another type."""
    for name in "str repr int float bool list tuple set frozenset dict complex len sorted".split():
        yield Oddity(f"returns {name}", f"{name}(result)")
    for name, expression in {
        "None": "None",
        "not": "not result",
        "a list of it": "[result]",
        "a tuple of it": "(result,)",
        "twice": "(result, result)",
        "is not None": "result is not None",
        "identity": "+result",
        "bytes": "str(result).encode()",
        "bytearray": "bytearray(result)",
        "itself": "_original",
        "a type": "type(result)",
        "a lambda": "lambda: result",
        "ellipsis": "...",
        "NotImplemented": "NotImplemented",
        "a generator": "(item for item in result)",
        "an iterator": "iter(result)",
        "a map": "map(str, result)",
        "reversed": "result[::-1]",
        "a range": "range(result)",
        "keys": "{result: 1}.keys()",
        "items": "dict.fromkeys(result).items()",
        "an exception": "ValueError(result)",
        "an object": "object()",
        "the arguments": "args",
        "the first argument": "args[0]",
        "an upper string": "result.upper()",
        "its string with a blank": "str(result) + ' '",
        "infinity": "float('inf')",
        "-infinity": "float('-inf')",
        "nan": "float('nan')",
        "nan in a list": "[float('nan')] * len(result)",
        "-0.0": "result * -0.0",
        "a huge integer": "10 ** 5000",
        "a memoryview": "memoryview(b'1')",
        "a module": "__import__('math')",
    }.items():
        yield Oddity(f"returns {name}", expression)
    yield Oddity(
        "is async",
        whole=lambda source, entry: (
            source + f"\n_original = {entry}\nasync def {entry}(*a):\n    return _original(*a)\n"
        ),
    )
    yield Oddity(
        "is a generator",
        whole=lambda source, entry: source + f"\n_original = {entry}\ndef {entry}(*a):\n    yield _original(*a)\n",
    )


def _deep_results():
    """Types changed inside lists and dicts, and numbers moved by about the tolerance."""
    for name, change in {
        "int to float": "_number(float)",
        "float to int": "_real(int)",
        "number to string": "_number(str)",
        "number to bool": "_number(bool)",
        "bool to int": "lambda v: int(v) if isinstance(v, bool) else v",
        "float to -float": "_real(lambda v: -v)",
        "string to list": "lambda v: list(v) if isinstance(v, str) else v",
        "string to bytes": "lambda v: v.encode() if isinstance(v, str) else v",
        "None to 0": "lambda v: 0 if v is None else v",
        "float + 1e-7": "_real(lambda v: v + 1e-7)",
        "float + 1e-6": "_real(lambda v: v + 1e-6)",
        "float + 9e-7": "_real(lambda v: v + 9e-7)",
        "float + 1e-5": "_real(lambda v: v + 1e-5)",
        "float x (1 + 9e-8)": "_real(lambda v: v * (1 + 9e-8))",
        "float x (1 + 3e-7)": "_real(lambda v: v * (1 + 3e-7))",
        "number + 1e-7": "_number(lambda v: v + 1e-7)",
        "number x (1 + 9e-8)": "_number(lambda v: v * (1 + 9e-8))",
        "float to complex": "_real(complex)",
        "int + 1": "_number(lambda v: v + 1)",
        "float rounded": "_real(lambda v: round(v, 6))",
        "float to its text and back": "_real(lambda v: float('%.7g' % v))",
        "to Decimal": "_number(lambda v: __import__('decimal').Decimal(v))",
        "to Fraction": "_number(lambda v: __import__('fractions').Fraction(v))",
        "to a subclass of int": "_number(lambda v: _Int(v) if isinstance(v, int) else v)",
        "to a subclass of float": "_real(lambda v: _Float(v))",
        "to a subclass of str": "lambda v: _Str(v) if isinstance(v, str) else v",
    }.items():
        top = DEEP + "class _Int(int): pass\nclass _Float(float): pass\nclass _Str(str): pass\n"
        yield Oddity(f"deep {name}", f"_deep({change}, result)", top=top)
    swap = "def _swap(v):\n    if isinstance(v, list): return tuple(map(_swap, v))\n"
    swap += "    if isinstance(v, tuple): return list(map(_swap, v))\n    return v\n"
    yield Oddity("deep list to tuple and back", "_swap(result)", top=swap)


def _containers():
    """Standard containers, subclasses and numpy values, equal to the result or nearly."""
    one = "class _T(type(result)): pass"
    yield Oddity("subclass of its type", "_T(result)", after=one)
    yield Oddity(
        "subclass with __repr__", "_T(result)", after="class _T(type(result)):\n    def __repr__(self): return ''"
    )
    yield Oddity("subclass with __slots__", "_T(result)", after="class _T(type(result)):\n    __slots__ = ()")
    for method, value in (("eq", "True"), ("len", "3"), ("hash", "1"), ("bool", "True")):
        body = f"class _T(type(result)):\n    def __{method}__(self, *_): return {value}"
        if method == "eq":
            body += "\n    __hash__ = None"
        yield Oddity(f"subclass with __{method}__", "_T(result)", after=body, most=8, known=SPECIAL_METHODS)
    equal = "class _Equal:\n    def __eq__(self, other): return True\n    __hash__ = object.__hash__\n"
    yield Oddity("object equal to all", "_Equal()", top=equal, most=8, known=SPECIAL_METHODS)
    yield Oddity(
        "list of objects equal to all", "[_Equal() for _ in result]", top=equal, most=8, known=SPECIAL_METHODS
    )
    yield Oddity(
        "enum of an integer",
        "_e.IntEnum('E', {'A': result}).A",
        top="import enum as _e",
        most=12,
        known=SPECIAL_METHODS,
    )
    yield Oddity(
        "enum of a string",
        "_E.A",
        after="class _E(str, _e.Enum):\n    A = result",
        top="import enum as _e",
        most=12,
        known=SPECIAL_METHODS,
    )
    for name in ("UserList", "UserDict", "UserString"):
        yield Oddity(name, f"_c.{name}(result)", top="import collections as _c", most=12, known=SPECIAL_METHODS)
    for name in ("deque", "Counter", "OrderedDict", "ChainMap"):
        yield Oddity(
            name,
            f"_c.{name}(result)",
            top="import collections as _c",
            known=SPECIAL_METHODS if name == "ChainMap" else None,
        )
    yield Oddity("defaultdict", "_c.defaultdict(int, result)", top="import collections as _c")
    yield Oddity("defaultdict of lists", "_c.defaultdict(list, {0: result})", top="import collections as _c")
    yield Oddity("mappingproxy", "_t.MappingProxyType(result)", top="import types as _t", known=SPECIAL_METHODS)
    yield Oddity(
        "namedtuple",
        "_c.namedtuple('P', ['f%d' % i for i in range(len(result))])(*result)",
        top="import collections as _c",
    )
    yield Oddity("namedtuple of it", "_c.namedtuple('P', 'x')(result)", top="import collections as _c")
    yield Oddity(
        "dataclass of it", "_P(result)", top="import dataclasses as _d\n@_d.dataclass\nclass _P:\n    x: object"
    )
    yield Oddity(
        "array.array",
        "_a.array('d' if any(isinstance(x, float) for x in result) else 'q', result)",
        top="import array as _a",
        known=SPECIAL_METHODS,
    )
    numpy = "import numpy as np\n" + DEEP
    for name, expression in {
        "array": "np.array(result)",
        "asarray of objects": "np.array(result, dtype=object)",
        "float64": "np.float64(result)",
        "float32": "np.float32(result)",
        "int64": "np.int64(result)",
        "int32": "np.int32(result)",
        "bool_": "np.bool_(result)",
        "str_": "np.str_(result)",
        "scalars inside": "_deep(_number(lambda v: np.array([v])[0]), result)",
        "float64 inside": "_deep(_real(np.float64), result)",
        "float32 inside": "_deep(_real(np.float32), result)",
        "array of one": "np.array([result])",
        "array without dimensions": "np.array(result)[()] if np.ndim(result) else np.array(result)",
        "list of array": "list(np.array(result))",
        "tolist": "np.array(result).tolist()",
        "sum": "np.sum(result)",
        "nan": "np.nan",
        "complex": "np.complex128(result)",
        "matrix": "np.matrix(result)",
        "array + 1e-7": "np.array(result) + 1e-7",
        "unsigned": "np.uint8(result)",
        "bytes_": "np.bytes_(result)",
        "masked": "np.ma.array(result)",
    }.items():
        yield Oddity(
            f"numpy {name}", expression, top=numpy, known=SPECIAL_METHODS if name in ("matrix", "masked") else None
        )


def oddities():
    return [*_results(), *_deep_results(), *_containers()]
