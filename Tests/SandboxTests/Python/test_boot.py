"""What a box's Python loads before its modules: the folders of packages, and no code that they bring along."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from launch_unjailed import BOOT

SHOW = b"import sys; print(sys.path); print([name for name in sys.modules if name.startswith('hidden')])"


class Boot(unittest.TestCase):
    def run_boot(self, home):
        """The lines that a box prints whose Python is the virtual environment `home`."""
        parts = b"".join(len(field).to_bytes(4, "little") + field for field in (b"show", SHOW))
        reading, writing = os.pipe()
        os.write(writing, parts)
        os.close(writing)
        command = [f"{home}/bin/python3", "-I", "-S", "-B", "-c", f"import os; os.dup2({reading}, 5)\n{BOOT}"]
        done = subprocess.run(command, stdout=subprocess.PIPE, pass_fds=[reading], text=True, check=True)
        os.close(reading)
        return done.stdout.splitlines()

    def test_a_path_file_adds_folders_and_runs_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            home = pathlib.Path(folder) / "venv"
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
            packages = next((home / "lib").glob("python3*")) / "site-packages"
            (pathlib.Path(folder) / "elsewhere").mkdir()
            (packages / "hidden_start.py").write_text("")
            (packages / "hidden.pth").write_text(
                f"# none\nimport hidden_start\n\n{folder}/elsewhere\n{folder}/missing\n")
            paths, loaded = self.run_boot(home)
            self.assertIn(repr(f"{folder}/elsewhere"), paths)
            self.assertIn(repr(str(packages)), paths)
            self.assertNotIn("missing", paths)
            self.assertEqual(loaded, "[]")


if __name__ == "__main__":
    unittest.main()
