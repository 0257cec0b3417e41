# ends: protocol violation
# stopped by: judge
# `done` after no test at all is in order as a record; a pass needs every value.
import posix
import struct

posix.write(3, struct.pack("<BIdIB", 5, 0, 0.0, 0, 0))
posix._exit(0)
