#define _GNU_SOURCE
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail.h"

enum { inner_id = 1000 };

void write_identity_maps(pid_t child, uid_t uid, gid_t gid) {
  if (uid == 0 || gid == 0) fail_plain("refuse to map uid or gid 0 into a box", "");
  char path[64], map[64];
  snprintf(path, sizeof path, "/proc/%d/setgroups", (int)child);
  if (write_control(AT_FDCWD, path, "deny") < 0) fail_step("deny setgroups", NULL);
  snprintf(path, sizeof path, "/proc/%d/uid_map", (int)child);
  snprintf(map, sizeof map, "%d %u 1", inner_id, uid);
  if (write_control(AT_FDCWD, path, map) < 0) fail_step("write uid_map", map);
  snprintf(path, sizeof path, "/proc/%d/gid_map", (int)child);
  snprintf(map, sizeof map, "%d %u 1", inner_id, gid);
  if (write_control(AT_FDCWD, path, map) < 0) fail_step("write gid_map", map);
}

void become_inner_user(void) {
  if (setresgid(inner_id, inner_id, inner_id) < 0) fail_step("set the inner group id", NULL);
  if (setresuid(inner_id, inner_id, inner_id) < 0) fail_step("set the inner user id", NULL);
}

void forbid_inner_namespaces(void) {
  int status = write_control(AT_FDCWD, "/proc/sys/user/max_user_namespaces", "0");
  (void)status;
}

void become_box_user(uid_t uid) {
  if (uid == 0) fail_plain("refuse to run a box as root", "");
  if (setresgid(uid, uid, uid) < 0) fail_step("set the box's group id", NULL);
  if (setresuid(uid, uid, uid) < 0) fail_step("set the box's user id", NULL);
}

static void read_capabilities(struct __user_cap_data_struct data[2]) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  if (syscall(SYS_capget, &header, data) < 0) fail_step("read capabilities", NULL);
}

void lock_capabilities(void) {
  struct __user_cap_data_struct data[2] = {0};
  read_capabilities(data);
  // An ordinary user outside of a namespace has nothing to lock.
  if (!(data[CAP_SETPCAP / 32].effective & (1U << (CAP_SETPCAP % 32)))) return;
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) fail_step("drop the bounding set", NULL);
  unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                       SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                       SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
  if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) < 0) fail_step("lock securebits", NULL);
}

void drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {0}, none[2] = {0};
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
    fail_step("clear ambient capabilities", NULL);
  if (syscall(SYS_capset, &header, none) < 0) fail_step("drop capabilities", NULL);
  read_capabilities(data);
  for (int i = 0; i < 2; i++)
    if (data[i].effective | data[i].permitted | data[i].inheritable)
      fail_plain("drop capabilities:", "some are left");
}

void raise_oom_score(void) {
  int status = write_control(AT_FDCWD, "/proc/self/oom_score_adj", "1000");
  (void)status;
}
