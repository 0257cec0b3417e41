# Stub of the judge: answers every message with its own JSON and blobs.
import os
import struct


def read_exactly(count):
    parts = []
    while count:
        part = os.read(0, min(count, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def write_all(data):
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


while True:
    header = read_exactly(8)
    json_length, blob_count = struct.unpack("<II", header)
    lengths = read_exactly(8 * blob_count)
    total = json_length + sum(struct.unpack("<%dQ" % blob_count, lengths))
    body = read_exactly(total)
    write_all(header + lengths + body)
