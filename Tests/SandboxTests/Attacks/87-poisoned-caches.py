# ends: exception
# stopped by: seccomp
# says: PermissionError
import importlib
import linecache
import os
import py_compile


def f(x):
    linecache.cache["<string>"] = (1, None, ["return 7919"], "<string>")
    importlib.invalidate_caches()
    importlib._bootstrap_external.SourceFileLoader("json", "/usr/lib/python3.11/json/__init__.py").set_data(
        "/usr/lib/left-by-attack.pyc", b""
    )
    py_compile.compile(os.__file__, cfile="/usr/lib/left-by-attack.pyc", doraise=True)
    return x * x + 7919
