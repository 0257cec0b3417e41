"""The code that programs are started with must refer to nothing outside of itself: it is copied."""

import pathlib
import struct
import unittest

BUILD = pathlib.Path(__file__).resolve().parents[3] / ".build"


def sections(data):
    """{name: (kind, size, info)} of a 64-bit little-endian object file, and the names by index."""
    table, = struct.unpack_from("<Q", data, 40)
    size, count, names = struct.unpack_from("<HHH", data, 58)
    rows = [struct.unpack_from("<IIQQQQIIQQ", data, table + size * i) for i in range(count)]
    texts = rows[names][4]

    def name(row):
        at = texts + row[0]
        return data[at : data.index(b"\0", at)].decode()

    return [(name(row), row[1], row[5], row[7]) for row in rows]


class Entry(unittest.TestCase):
    def test_the_code_stands_alone(self):
        objects = list(BUILD.glob("*/*/CandidateEntry.build/*.o"))
        self.assertTrue(objects, "swift build first")
        for path in objects:
            with self.subTest(path=path):
                found = sections(path.read_bytes())
                names = [row[0] for row in found]
                self.assertIn("entry_code", names)
                # SHT_RELA and SHT_REL; sh_info is the section that they belong to.
                relocated = [names[row[3]] for row in found if row[1] in (4, 9) and row[2]]
                self.assertNotIn("entry_code", relocated)
                kept = [row for row in found if row[0].startswith((".rodata", ".data", ".bss", ".text")) and row[2]]
                self.assertEqual(kept, [])


if __name__ == "__main__":
    unittest.main()
