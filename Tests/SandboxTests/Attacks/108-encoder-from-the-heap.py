# ends: protocol violation
# stopped by: wire
import gc
import posix

gc.unfreeze()
(Encoder,) = [c for c in gc.get_objects() if type(c) is type and c.__name__ == "Encoder" and hasattr(c, "flush")]
sender = Encoder(lambda data: posix.write(3, data))
for test in range(3):
    sender.send(2, test, 0.0, NotImplemented if False else True)
sender.send(5, 3, 0.0, "all tests passed")
posix._exit(0)
