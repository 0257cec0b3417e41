// What the files of evalkit-jail share: the layers, exit codes, and how a failing step is reported.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  exit_usage = 2,
  exit_setup = 113,     // a step of the set-up failed; nothing untrusted has run
  exit_box_ended = 114, // Python of a box ended although the runner was still there
};

// The layers that a box can be told to do without. Closed descriptors and the identity drop are not here
// because no box exists without them.
enum layer {
  layer_userns,
  layer_mountns,
  layer_pidns,
  layer_netns,
  layer_ipcns,
  layer_utsns,
  layer_cgroupns,
  layer_landlock,
  layer_notify, // forbidden calls are named; without it they are killed all the same
  layer_cgroup,
  // From here on, only with --insecure.
  layer_no_new_privs,
  layer_seccomp,
  layer_rlimits,
  layer_count
};
enum { first_mandatory_layer = layer_no_new_privs };
extern const char *const layer_names[layer_count];

struct layers {
  bool has[layer_count];
};
struct layers all_layers(void);
struct layers mandatory_layers(void);

// Names this process in the lines that fail_step and note write.
void set_role(const char *role);

// Writes "evalkit-jail: ROLE: STEP: ERROR" to stderr and ends the process with exit_setup.
[[noreturn]] void fail_step(const char *step, const char *detail);
// The same for a failure that has no errno.
[[noreturn]] void fail_plain(const char *step, const char *detail);

// Writes to a file of the kernel's: `name` below the open `folder` (or AT_FDCWD). 0, or -1 and errno.
int write_control(int folder, const char *name, const char *text);
// Whether the process of this descriptor is dead.
bool has_ended(int process);

void *allocate(size_t bytes);
char *copy_text(const char *text);
