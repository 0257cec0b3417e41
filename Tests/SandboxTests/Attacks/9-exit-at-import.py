# ends: exited early
# stopped by: missing values
import os

os._exit(0)
