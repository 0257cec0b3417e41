# Stub of the zygote: waits for the judge to go away.
import os

program = b""
while part := os.read(4, 65536):
    program += part
os.close(4)
os.read(3, 1)
