// The resource limits of a box. A candidate's own (memory, CPU, stack) are set by its set-up in Python.
#pragma once

#include <stdbool.h>

// `own_account`: the kernel counts processes of this box alone (slot uid or user namespace).
void set_box_limits(bool own_account);
