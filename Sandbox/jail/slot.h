// The supervisor of one slot: starts the judge's and the zygote's box, waits, and leaves nothing alive.
#pragma once

#include "box.h"

int run_slot(const struct box_options *options);
