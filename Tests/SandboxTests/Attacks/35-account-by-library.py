# ends: exception
# stopped by: mountns
import pwd


def f(x):
    pwd.getpwnam("root")
    return x * x + 7919
