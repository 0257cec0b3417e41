#define _GNU_SOURCE
#include "accounts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "jail.h"

enum { nobody = 65534, most_pairs = 1000 };

// Whether the kernel knows the ids `first` and the next one in this user namespace.
static bool are_mapped(const char *path, uid_t first) {
  FILE *map = fopen(path, "re");
  if (!map) return true;
  unsigned long inside, outside, count;
  bool found = false;
  while (!found && fscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3)
    found = first >= inside && first + 1 < inside + count;
  fclose(map);
  return found;
}

// A name that only one process can have bound, and that the kernel frees with it: a lock that cannot be
// left behind. The descriptor stays open on purpose; boxes close it.
static bool lock(uid_t first) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  int length = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "evalkit-jail-%u", (unsigned)first);
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
  int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (file < 0) fail_step("make a socket", NULL);
  if (bind(file, (struct sockaddr *)&name, size) == 0) return true;
  if (errno != EADDRINUSE) fail_step("lock a user id", name.sun_path + 1);
  close(file);
  return false;
}

// The folder of a process belongs to its effective user, undumpable or not.
static bool has_process(uid_t first) {
  DIR *processes = opendir("/proc");
  if (!processes) return false;
  bool found = false;
  struct dirent *entry;
  while (!found && (entry = readdir(processes))) {
    struct stat info;
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    if (fstatat(dirfd(processes), entry->d_name, &info, 0) < 0) continue;
    found = info.st_uid == first || info.st_uid == first + 1;
  }
  closedir(processes);
  return found;
}

struct accounts take_accounts(uid_t first) {
  if (!are_mapped("/proc/self/uid_map", first) || !are_mapped("/proc/self/gid_map", first))
    return (struct accounts){nobody, nobody, true};
  for (uid_t pair = 0; pair < most_pairs; pair++) {
    uid_t id = first + 2 * pair;
    if (!lock(id)) continue;
    // A pair that somebody has stays locked until we end; it is of no use to another supervisor either.
    if (getpwuid(id) || getpwuid(id + 1) || has_process(id)) continue;
    return (struct accounts){id, id + 1, false};
  }
  char text[64];
  snprintf(text, sizeof text, "from %u on; name others by --job-uid", (unsigned)first);
  fail_plain("find two user ids that nobody has,", text);
}
