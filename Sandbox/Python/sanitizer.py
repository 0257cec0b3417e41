"""evalplus's sanitiser: the largest run of lines that parses, cut to what the entry point needs.

The reference (evalplus `sanitize.py`) tries every pair of lines and walks a tree-sitter tree. Here
CPython's own parser does both: pairs are tried best first, and the node spans of tree-sitter-python
are rebuilt from the spans of `ast`. Differences that remain are listed in
Tests/SandboxTests/Python/README.md.
"""

_ESCAPES = r"\x1B(?:[@-Z\\-_]|\[[0-?]*[ -/]*[@-~])"
_LINE_ENDS = rb"\r\n|\r|\n"
_UNTERMINATED = r"unterminated (?:f-)?string literal \(detected at line (\d+)\)"
# Errors that CPython reports at the furthest token it has read: what follows cannot mend them.
_AT_LAST_TOKEN = (
    r"invalid syntax$|unexpected (un)?indent$|expected an indented block|unindent does not match"
    r"|invalid (non-printable )?character|invalid decimal literal"
)


def load():
    """Imports what only a sanitiser needs; a program's process must not carry it."""
    global ast, heapq, re, warnings
    import ast
    import heapq
    import re
    import warnings


def _parse(text):
    """(tree, None), or (None, line): no text that starts with the lines up to `line` parses.

    `line` is 0 when the error says nothing about longer texts."""
    try:
        return ast.parse(text), None
    except SyntaxError as error:
        last = text.count("\n") + 1
        message = error.msg or ""
        line = error.lineno or 0
        unterminated = re.match(_UNTERMINATED, message)
        if unterminated:
            line = int(unterminated.group(1))
        elif not re.match(_AT_LAST_TOKEN, message):
            return None, 0
        return None, line if 0 < line < last else 0
    except (ValueError, MemoryError, RecursionError):
        return None, 0


def code_extract(text):
    """The run of at least two lines that parses and has the most non-blank lines; of several, the
    one that starts first, then ends first. The first line when there is none."""
    lines = re.sub(_ESCAPES, "", text).split("\n")
    filled = [0]
    for line in lines:
        filled.append(filled[-1] + bool(line.strip()))
    # One entry a start, with the furthest end not yet refuted: the first that parses is the answer.
    heap = []
    if len(lines) > 1:
        for start in range(len(lines) - 1):
            if _may_start(lines[start]):
                heap.append((filled[start] - filled[-1], start, len(lines) - 1))
    heapq.heapify(heap)
    while heap:
        score, start, end = heapq.heappop(heap)
        if score == 0:
            break
        tree, refuted = _parse("\n".join(lines[start : end + 1]))
        if tree is not None:
            return _shortest(lines, filled, start, end)
        end = start + refuted - 2 if refuted else end - 1
        if end > start:
            heapq.heappush(heap, (filled[start] - filled[end + 1], start, end))
    return lines[0]


def _may_start(line):
    """False for an indented line with code: no text that starts with it parses."""
    code = line.lstrip(" \t")
    return code == line or not code or code[0] in "#\r\n\f\\"


def _shortest(lines, filled, start, end):
    """Of the ends with as many non-blank lines as `end`, the first that parses."""
    first = end
    while first - 1 > start and filled[first] == filled[end + 1]:
        first -= 1
    for candidate in range(first, end):
        block = "\n".join(lines[start : candidate + 1])
        if _parse(block)[0] is not None:
            return block
    return "\n".join(lines[start : end + 1])


class _Source:
    """The bytes of a block, addressed as `ast` does: line numbers and UTF-8 columns."""

    def __init__(self, text):
        self.data = text.encode("utf-8", "surrogatepass")
        self.starts = [0] + [match.end() for match in re.finditer(_LINE_ENDS, self.data)]

    def start(self, node):
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node):
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def body_end(self, node):
        """Where tree-sitter ends a definition: behind a semicolon and comment in the last line, and
        behind whole-line comments as long as they are indented like the body."""
        end = self.end(node)
        rest = re.compile(rb"[ \t\f]*;?[ \t\f]*#[^\n]*|[ \t\f]*;").match(self.data, end)
        if rest:
            end = rest.end()
        first = node.body[0]
        if first.lineno == node.lineno or self.header_line(first) is None:
            return end
        width = self.header_line(first)
        at = self.data.find(b"\n", end)
        while at >= 0:
            line = re.compile(rb"([ \t\f\r]*)(#[^\n]*)?").match(self.data, at + 1)
            if line.group(2) is None:
                if line.end() < len(self.data) and self.data[line.end()] != 10:
                    break  # code
                at = line.end() if line.end() < len(self.data) else -1
                continue
            if _indent(line.group(1)) < width:
                break
            end = line.end()
            at = end if end < len(self.data) else -1
        return end

    def header_line(self, statement):
        """The indent of the line on which a statement starts; None when it does not start it."""
        line = statement.lineno
        if getattr(statement, "decorator_list", None):
            line = statement.decorator_list[0].lineno
        begin = self.starts[line - 1]
        column = statement.col_offset if line == statement.lineno else None
        space = re.compile(rb"[ \t\f]*").match(self.data, begin)
        if column is not None and space.end() - begin != column:
            return None
        return _indent(space.group())

    def text(self, start, end):
        return self.data[start:end].decode("utf-8", "surrogatepass")


def _indent(space):
    width = 0
    for byte in space:
        width = width + 8 if byte == 9 else 0 if byte in (12, 13) else width + 1
    return width


def _identifiers(node):
    """Every identifier below a node: attributes, keywords, parameters and the own name included."""
    found = set()
    for child in ast.walk(node):
        for field, value in ast.iter_fields(child):
            if isinstance(child, ast.Constant):
                continue
            if field in ("id", "attr", "arg", "name", "asname", "module", "rest"):
                found.update(value.split(".") if isinstance(value, str) else ())
            elif field in ("names", "kwd_attrs"):
                found.update(item for item in value if isinstance(item, str))
    return found


def _variable(node, source):
    """tree-sitter's first identifier child of an assignment: the target, or else the right side."""
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    if isinstance(target, ast.Name) and source.start(target) == source.start(node):
        return target.id
    if isinstance(node, ast.Assign) and len(node.targets) > 1:
        return None
    value = node.value
    if isinstance(value, ast.Name) and source.end(value) == source.end(node):
        return value.id
    return None


def _definitions(tree, source):
    """A module's import spans and (name, node, span) definitions; the first of a name wins."""
    imports, definitions, names = [], [], set()
    for node in tree.body:
        end = None
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if getattr(node, "module", None) != "__future__" or node.level:
                imports.append((source.start(node), source.end(node)))
            continue
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if node.decorator_list:
                continue
            returns = any(isinstance(child, ast.Return) for child in ast.walk(node))
            if not isinstance(node, ast.ClassDef) and not returns:
                continue
            name, end = node.name, source.body_end(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            name, end = _variable(node, source), source.end(node)
        else:
            continue
        if name not in names:
            names.add(name)
            definitions.append((name, node, (source.start(node), end)))
    return imports, definitions


def _reachable(entry_point, definitions):
    graph = {name: node for name, node, _ in definitions}
    seen, queue = {entry_point}, [entry_point]
    while queue:
        node = graph.get(queue.pop())
        for name in _identifiers(node) - seen if node is not None else ():
            seen.add(name)
            queue.append(name)
    return seen


def _target_code(block, entry_point):
    """The imports and the definitions that the entry point reaches; all of them without one."""
    tree, _ = _parse(block)
    if tree is None:
        # Only the fallback line gets here. tree-sitter does not mind its indent.
        block = block.strip()
        tree, _ = _parse(block)
        if tree is None:
            return ""
    source = _Source(block)
    imports, definitions = _definitions(tree, source)
    spans = list(imports)
    reachable = _reachable(entry_point, definitions) if entry_point else None
    for name, _, span in definitions:
        if reachable is None or name in reachable:
            spans.append(span)
    return "\n".join(source.text(*span) for span in spans)


def sanitize(text, entry_point=None):
    """The program in `text`, as `evalplus.sanitize` extracts it."""
    load()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        block = code_extract(text)
        code = _target_code(block, entry_point).strip()
        return code or block
