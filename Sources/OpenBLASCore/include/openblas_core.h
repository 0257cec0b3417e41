// Nothing to call: what is linked into a program acts when that starts.
