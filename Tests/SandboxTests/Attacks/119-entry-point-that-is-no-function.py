# ends: exception
# stopped by: missing values
f = 7919
