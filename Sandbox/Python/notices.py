"""Which forbidden call ended a program: the supervisor kills the caller and writes the call's name on
descriptor 4, one line `pid call [argument]`, before the process is dead. The ids are the box's own."""

import os
import signal
import stat

SOURCE = 4


class Notices:
    """A pipe that never blocks, or something else when the layer `notify` is missing."""

    def __init__(self, source=SOURCE):
        self.source = source
        try:
            self.named = stat.S_ISFIFO(os.fstat(source).st_mode)
        except OSError:
            self.named = False

    def read(self):
        """{process id: first call} of the lines that came since the last reading. Never waits."""
        data = b""
        while self.named:
            try:
                piece = os.read(self.source, 1 << 16)
            except BlockingIOError:
                break
            if not piece:
                break
            data += piece
        calls = {}
        for line in data.decode("ascii", "replace").splitlines():
            number, _, call = line.partition(" ")
            calls.setdefault(number, call)
        return calls

    def forbidden(self, report):
        """The name of the forbidden call in whose course the program of `report` ended, or None."""
        if report["exit"] == 0:
            return None  # whoever makes such a call is killed
        call = self.read().get(str(report.get("pid")))
        if call or report["signal"] != signal.SIGSYS:
            return call
        # All calls of our own architecture are named. (A program may also raise SIGSYS itself.)
        return "foreign architecture" if self.named else "SIGSYS"
