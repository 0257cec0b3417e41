// One system call, or a line of Python, under one policy: for the tests.
#pragma once

#include "box.h"

// `words`: a policy's role, a system call, and up to six arguments (numbers, $self, or text for a
// pointer to text). Prints what came of it as "ok N", "errno NAME" or "signal N".
int try_system_call(const struct box_options *options, char *const *words);

// `words`: a policy's role and a Python program, which runs in the box with the BPF of `strict` on
// descriptor 4. Its output and status are the box's.
int try_python(const struct box_options *options, char *const *words);
