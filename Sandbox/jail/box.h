// One box: a confined process tree with an init of ours and one program in it.
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "accounts.h"
#include "cgroup.h"
#include "jail.h"
#include "policy.h"

// Descriptors 0...5 of the program; see the picture in main.c.
enum { box_descriptors = 6 };

struct box_options {
  struct layers layers;
  struct accounts accounts; // when we are root
  uint64_t memory;          // of a candidate, for the control group; 0 for no limit
  const char *python; // absolute path; may be NULL when `inside` runs instead
  char *const *binds; // paths that the interpreter reads, ended by NULL
  bool is_quick;      // a probe that leaves the import of numpy to the judge, whose fault it is where it fails
};

struct box {
  const char *name;
  const struct box_options *options;
  uid_t uid; // kernel user (and group) id of the box when we are root; never 0
  const struct bpf *filter;      // for the program
  const struct bpf *init_filter; // for process 1 afterwards
  int descriptors[box_descriptors]; // what becomes 0...5, -1 for closed
  const char *const *arguments;     // of Python
  int (*inside)(const void *);      // runs instead of Python when set; its result is the exit status
  const void *inside_argument;
  const struct cgroup *cgroup;      // where it belongs; NULL for where we are
  bool listens;                     // the filter asks the supervisor (notify.h)
};

struct box_process {
  pid_t pid;
  int pidfd;
  int channel; // where the filter's listener comes from, -1 without one
};

// Starts the box and returns when its identity maps are written. A step that fails inside writes a line
// to stderr and ends the box with exit_setup.
struct box_process box_start(const struct box *box);

// Sends SIGKILL to init; the kernel kills everything in its process namespace.
void box_kill(const struct box_process *process);
// Waits for init: its exit status, or 128 + signal.
int box_wait(const struct box_process *process);
// Without process namespaces survivors are adopted by this process: kills and reaps until none is left.
void kill_orphans(void);
