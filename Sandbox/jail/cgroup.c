// Documentation/admin-guide/cgroup-v2.rst of the kernel; delegation as in systemd's CGROUP_DELEGATION.md.
#define _GNU_SOURCE
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "jail.h"

enum { most_processes = 1024 };
static const char runner_group[] = "evalkit-runner";
static const char *const controllers[] = {"memory", "pids"};

static bool lists_controllers(int folder, const char *name) {
  char text[512] = " ";
  int file = openat(folder, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t count = read(file, text + 1, sizeof text - 3);
  close(file);
  if (count < 0) return false;
  text[1 + count] = 0;
  for (char *at = text; *at; at++)
    if (*at == '\n') *at = ' ';
  strcat(text, " ");
  for (size_t i = 0; i < sizeof controllers / sizeof *controllers; i++) {
    char word[32];
    snprintf(word, sizeof word, " %s ", controllers[i]);
    if (!strstr(text, word)) return false;
  }
  return true;
}

// "0::/user.slice/…" of /proc/self/cgroup.
static void read_own_group(char path[PATH_MAX]) {
  FILE *groups = fopen("/proc/self/cgroup", "re");
  char line[PATH_MAX];
  path[0] = 0;
  while (groups && fgets(line, sizeof line, groups))
    if (strncmp(line, "0::/", 4) == 0) snprintf(path, PATH_MAX, "%.*s", (int)strcspn(line + 3, "\n"), line + 3);
  if (groups) fclose(groups);
  if (!*path) fail_plain("use control groups:", "this machine has no version 2 of them");
}

// Where the group `path` is mounted. A mount shows the groups from its root on.
static void find_folder(const char *path, char folder[PATH_MAX]) {
  FILE *mounts = fopen("/proc/self/mountinfo", "re");
  char line[2 * PATH_MAX], root[PATH_MAX], point[PATH_MAX];
  folder[0] = 0;
  while (mounts && fgets(line, sizeof line, mounts)) {
    if (!strstr(line, " - cgroup2 ") || sscanf(line, "%*d %*d %*s %4095s %4095s", root, point) != 2) continue;
    size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (strncmp(path, root, length) != 0 || (path[length] && path[length] != '/')) continue;
    if ((size_t)snprintf(folder, PATH_MAX, "%s%s", point, path + length) >= PATH_MAX) folder[0] = 0;
  }
  if (mounts) fclose(mounts);
  size_t length = strlen(folder);
  if (length > 1 && folder[length - 1] == '/') folder[length - 1] = 0;
  if (!*folder) fail_plain("use control groups:", "version 2 of them is not mounted");
}

// Whoever owns the group gave it to us to divide; else its processes are none of our business.
static bool is_delegated(int folder) {
  char value[2] = "";
  struct stat info;
  if (fgetxattr(folder, "user.delegate", value, 1) == 1 && *value == '1') return true;
  if (fgetxattr(folder, "trusted.delegate", value, 1) == 1 && *value == '1') return true;
  return geteuid() != 0 && fstat(folder, &info) == 0 && info.st_uid == geteuid();
}

// A group with processes of its own cannot have limited groups below it, so ours move to a leaf.
static void move_runners(int folder) {
  if (mkdirat(folder, runner_group, 0755) < 0 && errno != EEXIST)
    fail_step("make the control group", runner_group);
  int leaf = openat(folder, runner_group, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int list = openat(folder, "cgroup.procs", O_RDONLY | O_CLOEXEC);
  FILE *processes = list < 0 ? NULL : fdopen(list, "r");
  if (leaf < 0 || !processes) fail_step("list the processes of", "the own control group");
  int process;
  while (fscanf(processes, "%d", &process) == 1) {
    char text[32];
    struct stat info;
    snprintf(text, sizeof text, "/proc/%d", process);
    if (stat(text, &info) < 0 || info.st_uid != geteuid()) continue;
    snprintf(text, sizeof text, "%d", process);
    if (write_control(leaf, "cgroup.procs", text) < 0 && errno != ESRCH)
      fail_step("move to the control group", runner_group);
  }
  fclose(processes);
  close(leaf);
}

static void enable_controllers(int folder, const char *path) {
  if (!lists_controllers(folder, "cgroup.controllers"))
    fail_plain("use control groups: memory and pids are not both (version 1 may have them) in", path);
  if (lists_controllers(folder, "cgroup.subtree_control")) return;
  char text[64] = "";
  for (size_t i = 0; i < sizeof controllers / sizeof *controllers; i++)
    strcat(strcat(text, i ? " +" : "+"), controllers[i]);
  if (write_control(folder, "cgroup.subtree_control", text) == 0) return;
  if (errno != EBUSY) fail_step("divide the control group", path);
  if (!is_delegated(folder)) fail_plain("use control groups: processes are in, and nobody delegated,", path);
  // Whoever forks at that moment is in again.
  for (int i = 0; i < 10; i++) {
    move_runners(folder);
    if (write_control(folder, "cgroup.subtree_control", text) == 0) return;
    usleep(1000);
  }
  fail_step("divide the control group", path);
}

static void remove_group(int parent, const char *name) {
  int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  int status = write_control(folder, "cgroup.kill", "1");
  (void)status; // before Linux 5.14; the boxes are dead already
  close(folder);
  // The kernel takes a moment to empty it.
  for (int i = 0; i < 100 && unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno == EBUSY; i++) usleep(10000);
}

// Names carry the process namespace, because a process id means nothing in another.
static void remove_stale(int parent, unsigned long namespace) {
  int copy = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *groups = copy < 0 ? NULL : fdopendir(copy);
  struct dirent *entry;
  while (groups && (entry = readdir(groups))) {
    unsigned long where;
    int process, end = 0;
    if (sscanf(entry->d_name, "evalkit-%lu-%d%n", &where, &process, &end) != 2 || entry->d_name[end]) continue;
    if (where == namespace && kill(process, 0) < 0 && errno == ESRCH) remove_group(parent, entry->d_name);
  }
  if (groups) closedir(groups);
}

struct cgroup cgroup_make(uint64_t memory) {
  char path[PATH_MAX], folder[PATH_MAX], text[32];
  read_own_group(path);
  // Another supervisor of this run has moved us all.
  char *last = strrchr(path, '/');
  if (strcmp(last + 1, runner_group) == 0) last[last == path] = 0;
  find_folder(path, folder);
  struct cgroup group = {.parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (group.parent < 0) fail_step("open the control group", folder);
  enable_controllers(group.parent, folder);
  struct stat space;
  if (stat("/proc/self/ns/pid", &space) < 0) fail_step("look at", "/proc/self/ns/pid");
  remove_stale(group.parent, space.st_ino);
  snprintf(group.name, sizeof group.name, "evalkit-%lu-%d", (unsigned long)space.st_ino, (int)getpid());
  if (mkdirat(group.parent, group.name, 0755) < 0) fail_step("make a control group in", folder);
  group.folder = openat(group.parent, group.name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (group.folder < 0) fail_step("open the control group", group.name);
  snprintf(text, sizeof text, "%d", most_processes);
  if (write_control(group.folder, "pids.max", text) < 0) fail_step("limit the control group:", "pids.max");
  // memory.oom.group stays 0: the candidate is to die of its greed, and not the judge with it.
  if (write_control(group.folder, "memory.swap.max", "0") < 0 && errno != ENOENT)
    fail_step("limit the control group:", "memory.swap.max");
  snprintf(text, sizeof text, "%llu", (unsigned long long)(memory + CGROUP_OVERHEAD));
  if (memory && write_control(group.folder, "memory.max", text) < 0)
    fail_step("limit the control group:", "memory.max");
  return group;
}

void cgroup_enter(const struct cgroup *group, pid_t process) {
  char text[32];
  snprintf(text, sizeof text, "%d", (int)process);
  if (write_control(group->folder, "cgroup.procs", text) < 0) fail_step("enter the control group", group->name);
}

void cgroup_remove(const struct cgroup *group) {
  remove_group(group->parent, group->name);
  close(group->folder);
  close(group->parent);
}
