"""MBPP+'s conversion of JSON inputs to the Python values its tasks take, and back for reports.

JSON has no tuple, set or complex. The rules and the ids are evalplus's (`data/mbpp.py`,
`mbpp_deserialize_inputs` and `mbpp_serialize_inputs`); ids in no released file are kept.
"""

from _json import make_scanner


class _Decoder:
    """What the scanner asks of a json.JSONDecoder. That would have `re` in the memory of every program's process."""

    strict, object_hook, object_pairs_hook = True, None, None
    parse_float, parse_int = float, int
    parse_constant = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}.__getitem__


_scan = make_scanner(_Decoder)


def parse(data):
    """As json.loads, for the bytes of texts without a byte order mark."""
    text = str(data, "utf-8", "surrogatepass").strip(" \t\n\r")
    try:
        value, end = _scan(text, 0)
    except StopIteration as error:
        raise ValueError("no JSON at character %d" % error.value) from None
    if end < len(text):
        raise ValueError("more than a JSON value at character %d" % end)
    return value


def _tuples(argument):
    return [tuple(item) for item in argument]


def _deep_tuple(value):
    return tuple(map(_deep_tuple, value)) if isinstance(value, list) else value


def _first_to_tuple(arguments):
    return [tuple(arguments[0]), arguments[1]]


_RULES = {}


def _rule(ids, convert):
    _RULES.update(dict.fromkeys(map(int, ids.split()), convert))


_rule(
    "2 116 132 143 222 261 273 394 399 421 424 429 470 560 579 596 616 630 726 740 744 809",
    lambda args: [tuple(arg) for arg in args],
)
_rule(
    "63 64 70 94 120 237 272 299 400 409 417 438 473 614 780",
    lambda args: [_tuples(arg) for arg in args],
)
_rule("75 413 444 753", lambda args: [_tuples(args[0]), args[1]])
_rule("106 750", lambda args: [args[0], tuple(args[1])])
_rule(
    "115",
    lambda args: [[set(x) if isinstance(x, list) and x else {} for x in args[0]]],
)
_rule("124", lambda args: (float(args[0]), complex(args[1])))
_rule("250 405 446 617 720 763 808", _first_to_tuple)
_rule("259 401 445", lambda args: [tuple(_tuples(arg)) for arg in args])
_rule(
    "278",
    lambda args: [tuple(tuple(x) if isinstance(x, list) else x for x in args[0])],
)
_rule("307", lambda args: [tuple(args[0]), args[1], args[2]])
_rule(
    "722",
    lambda args: [{key: tuple(value) for key, value in args[0].items()}] + args[1:],
)
_rule("252", lambda args: [complex(args[0])])
_rule("580 615 791", _deep_tuple)


def _number(dataset, task_id):
    return int(task_id.split("/")[-1]) if dataset == "mbpp" else None


def convert(dataset, task_id, inputs):
    """The argument lists of a task's tests, from the parsed JSON.

    Mbpp/793's `{}` in place of a list iterates as no tests, in the reference as here.
    """
    rule = _RULES.get(_number(dataset, task_id))
    return [rule(arguments) for arguments in inputs] if rule else list(inputs)


def serializable(dataset, task_id, arguments):
    """What the reference writes into a result file for one (converted) test."""
    number = _number(dataset, task_id)
    if number == 115:
        return [[list(item) for item in arguments[0]]]
    if number == 124:
        return (str(arguments[0]), str(arguments[1]))
    if number == 252:
        return [str(arguments[0])]
    return arguments
