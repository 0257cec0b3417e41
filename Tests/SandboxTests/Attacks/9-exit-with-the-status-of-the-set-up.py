# ends: exited early
# stopped by: missing values
# 113 is what the harness itself exits with when a program's process cannot be set up.
import os

os._exit(113)
