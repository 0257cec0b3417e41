# ends: protocol violation
# stopped by: wire
# Two items of a set with the same hash are compared, and turning a huge int into a Decimal takes
# hours in one step that nothing interrupts.
import posix
import struct


def f(x):
    huge = (((1 << 61) - 1) << (8 * 6_000_000)).to_bytes(6_000_008, "little")
    body = b"S" + struct.pack("<I", 2) + b"M\0" + struct.pack("<I", 1) + b"\0i" + bytes(8)
    body += b"I" + struct.pack("<I", len(huge)) + huge
    send(struct.pack("<BId", 2, 0, 0.0))
    for at in range(0, len(body), 1 << 20):
        piece = body[at : at + (1 << 20)]
        send(struct.pack("<I", len(piece)) + piece)
    send(struct.pack("<IB", 0, 0))
    return 0


def send(data):
    view = memoryview(data)
    while view:
        view = view[posix.write(3, view) :]
