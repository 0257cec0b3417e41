# ends: exception
# stopped by: missing values
raise SystemExit(0)
