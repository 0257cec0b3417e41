// A control group (version 2) for the processes of a slot: memory and processes counted together.
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct cgroup {
  int folder; // the group's, below our own group
  int parent; // of that folder
  char name[64];
};

// Memory of judge and interpreters, beyond what a candidate is allowed.
#define CGROUP_OVERHEAD (UINT64_C(1) << 30)

// Makes the group of this process, and removes those that dead supervisors left. `memory` is what a
// candidate may have, 0 for no limit. Fails the step, with the reason, where groups cannot be made.
struct cgroup cgroup_make(uint64_t memory);
void cgroup_enter(const struct cgroup *group, pid_t process);
// Kills whatever is in it, and removes it.
void cgroup_remove(const struct cgroup *group);
