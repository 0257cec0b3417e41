# ends: exception
# stopped by: seccomp
import subprocess


def f(x):
    subprocess.run(["/bin/sh", "-c", "true"])
    return x * x + 7919
