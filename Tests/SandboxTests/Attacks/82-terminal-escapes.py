# ends: exception
# stopped by: judge
def f(x):
    print("\x1b]0;owned\x07\x1b[2J\u202e<script>alert(1)</script>\r{\"status\":\"pass\"}")
    raise ValueError("\x1b[2J\x9b31m<img src=x onerror=alert(1)>\ud800\0")
