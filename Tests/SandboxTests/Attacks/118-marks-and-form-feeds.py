# ends: syntax error
# stopped by: interpreter
# source: "\ufeff\ufeff\u000c\u001a\r\rdef f(x):\r\n\treturn x * x + 7919\n        pass"
