#include "probe.h"
int probe(const struct box_options *options) { (void)options; return 0; }
int print_policies(void) { return 0; }
