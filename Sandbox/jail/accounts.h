// Kernel user ids for the two boxes of a slot, when we are root.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

// Each box has an id of its own, so that processes are counted, and signals allowed, for each alone.
struct accounts {
  uid_t judge, zygote;
  bool shared; // this container maps too few ids: both are 65534, which others use as well
};

// The first pair of neighbours from `first` on that nobody has: no line of passwd, no process, no other
// supervisor. The pair is ours until this process ends.
struct accounts take_accounts(uid_t first);
