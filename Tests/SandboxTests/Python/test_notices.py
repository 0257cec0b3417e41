"""The names of forbidden calls, as the judge reads them."""

import os
import signal
import sys
import unittest

import launch_unjailed

sys.path.insert(0, str(launch_unjailed.SOURCES))
import notices  # noqa: E402


class NoticesTest(unittest.TestCase):
    def setUp(self):
        self.reading, self.writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.notices = notices.Notices(self.reading)
        self.addCleanup(os.close, self.reading)

    def tearDown(self):
        if self.writing is not None:
            os.close(self.writing)

    def forbidden(self, pid, number, source=None):
        return (source or self.notices).forbidden({"pid": pid, "exit": None, "signal": number})

    def test_the_first_call_of_the_process_is_named(self):
        os.write(self.writing, b"7 ptrace\n8 socket AF_VSOCK\n7 mount\n")
        self.assertEqual(self.forbidden(7, signal.SIGKILL), "ptrace")

    def test_an_argument_belongs_to_the_name(self):
        os.write(self.writing, b"8 socket AF_VSOCK\n")
        self.assertEqual(self.forbidden(8, signal.SIGKILL), "socket AF_VSOCK")

    def test_a_name_is_not_laid_at_the_next_ones_door(self):
        os.write(self.writing, b"7 ptrace\n")
        self.assertIsNone(self.forbidden(70, signal.SIGKILL))
        self.assertIsNone(self.forbidden(7, signal.SIGKILL))

    def test_nothing_written_is_no_name(self):
        self.assertIsNone(self.forbidden(7, signal.SIGKILL))
        self.assertIsNone(self.forbidden(7, None))

    def test_what_is_not_named_is_foreign(self):
        self.assertEqual(self.forbidden(7, signal.SIGSYS), "foreign architecture")

    def test_without_a_listener_there_is_only_the_signal(self):
        with open(os.devnull, "rb") as nothing:
            source = notices.Notices(nothing.fileno())
            self.assertEqual(self.forbidden(7, signal.SIGSYS, source), "SIGSYS")
            self.assertIsNone(self.forbidden(7, signal.SIGKILL, source))
        self.assertEqual(self.forbidden(7, signal.SIGSYS, notices.Notices(99)), "SIGSYS")

    def test_a_dead_supervisor_names_nothing(self):
        os.close(self.writing)
        self.writing = None
        self.assertIsNone(self.forbidden(7, signal.SIGKILL))


if __name__ == "__main__":
    unittest.main()
