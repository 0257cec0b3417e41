"""Follows a process that may run both halves of a program's tests (traces.py says when)."""

import expected
import records
import wire

MOST_MEMORY = 256 << 20  # of a process in which the second half may fail: a new one has more to give


class Halves:
    """Hands a process's records to the first half's Trial and, after that half's last one, to the second's. The records
    are those of two processes, and are judged alike. `seconds` are the limits of the two."""

    def __init__(self, first, second, seconds):
        self.first, self.second, self.current = first, second, first
        self.seconds, self.deadline = seconds, None
        self.is_late = False  # a half ran to its limit

    @property
    def is_bulky(self):
        return self.current.is_bulky

    def overdue(self, now):
        if self.deadline is None:  # this half has just begun
            self.deadline = now + self.seconds[self.current is self.second]
        self.is_late = now > self.deadline
        return self.is_late or self.current.overdue(now)

    def consume(self, data):
        if self.current is self.first:
            if self.first.consume(data):
                return True
            data = self.after_first()
            if self.first.spent is None:
                return False
            self.current, self.deadline = self.second, None
        return not data or self.second.consume(data)

    def after_first(self):
        """What comes after the last record of a first half that is decided."""
        rest = self.first.reader.remainder()
        if self.first.has_failed and not self.first.done:
            reader = records.RecordReader(lambda kind, test: expected.Buffer(len(rest)))
            try:
                for kind, _, seconds, sink, _ in reader.feed(rest):
                    if kind == wire.DONE:
                        self.first.spent = wire.spent(seconds, sink.data)
                        return reader.remainder()
            except wire.WireError:
                pass
        return rest

    def reports(self, report):
        """The report on each half, by that on their process; None for a second half that has to be run on its own:
        programs that leave no trace take memory all the same."""
        if self.is_late:
            report = {**report, "killed": "limit"}
        if not self.second.started:
            return report, None
        wall, cpu = self.first.spent  # what the process says
        first = {**report, "wall": within(wall, report["wall"]), "cpu": within(cpu, report["cpu"])}
        second = {**report, "wall": report["wall"] - first["wall"], "cpu": report["cpu"] - first["cpu"]}
        return first, second if self.is_settled(second) else None

    def is_settled(self, report):
        half = self.second
        if report["wall"] > self.seconds[1]:
            return report["killed"] == "limit" and not half.done
        if half.has_failed:
            return report["rss"] <= MOST_MEMORY or half.first.reason == "per-test timeout"
        return half.has_passed


def within(seconds, all_seconds):
    return seconds if 0 <= seconds <= all_seconds else all_seconds
