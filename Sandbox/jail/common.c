#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const layer_names[layer_count] = {
    [layer_userns] = "userns",
    [layer_mountns] = "mountns",
    [layer_pidns] = "pidns",
    [layer_netns] = "netns",
    [layer_ipcns] = "ipcns",
    [layer_utsns] = "utsns",
    [layer_cgroupns] = "cgroupns",
    [layer_landlock] = "landlock",
    [layer_notify] = "notify",
    [layer_cgroup] = "cgroup",
    [layer_no_new_privs] = "no_new_privs",
    [layer_seccomp] = "seccomp",
    [layer_rlimits] = "rlimits",
};

struct layers all_layers(void) {
  struct layers layers;
  for (int layer = 0; layer < layer_count; layer++) layers.has[layer] = true;
  return layers;
}

struct layers mandatory_layers(void) {
  struct layers layers = {0};
  for (int layer = first_mandatory_layer; layer < layer_count; layer++) layers.has[layer] = true;
  return layers;
}

static const char *process_role = "supervisor";

void set_role(const char *role) { process_role = role; }

// One write, so that the lines of two boxes do not mix.
static void report(const char *step, const char *detail, const char *error) {
  char line[1024];
  int length = snprintf(line, sizeof line, "evalkit-jail: %s: %s%s%s%s%s\n", process_role, step,
                        *detail ? " " : "", detail, *error ? ": " : "", error);
  if (length < 0) return;
  size_t count = (size_t)length < sizeof line ? (size_t)length : sizeof line - 1;
  if (write(STDERR_FILENO, line, count) < 0) return;
}

void fail_step(const char *step, const char *detail) {
  report(step, detail ? detail : "", strerror(errno));
  _exit(exit_setup);
}

void fail_plain(const char *step, const char *detail) {
  report(step, detail ? detail : "", "");
  _exit(exit_setup);
}

int write_control(int folder, const char *name, const char *text) {
  int file = openat(folder, name, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t count = write(file, text, strlen(text));
  int error = errno;
  close(file);
  errno = error;
  return count == (ssize_t)strlen(text) ? 0 : -1;
}

bool has_ended(int process) {
  struct pollfd watched = {.fd = process, .events = POLLIN};
  return poll(&watched, 1, 0) != 0;
}

void *allocate(size_t bytes) {
  void *memory = calloc(1, bytes ? bytes : 1);
  if (!memory) fail_step("allocate memory", NULL);
  return memory;
}

char *copy_text(const char *text) {
  char *copy = strdup(text);
  if (!copy) fail_step("allocate memory", NULL);
  return copy;
}
