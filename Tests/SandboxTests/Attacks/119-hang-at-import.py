# ends: total timeout
# stopped by: total limit
# slow
while True:
    pass
