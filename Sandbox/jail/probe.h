// What this machine can do, found out by doing it.
#pragma once

#include "box.h"

// Prints one JSON document: layers, tier, policies. 0 unless the document could not be written.
int probe(const struct box_options *options);
