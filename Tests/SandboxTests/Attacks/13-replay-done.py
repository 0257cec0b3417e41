# ends: protocol violation
# stopped by: wire
import posix
import struct

posix.write(3, struct.pack("<BIdIB", 5, 3, 0.0, 0, 0))
posix.write(3, struct.pack("<BIdIB", 5, 3, 0.0, 0, 0))
posix._exit(0)
