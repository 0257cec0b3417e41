#define _GNU_SOURCE
#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail.h"

// The kernel headers of the build machine may be older than the kernel, so the interface is written out
// here (Documentation/userspace-api/landlock.rst). Zero fields that a kernel does not know are accepted.
struct ruleset_attributes {
  uint64_t handled_files;
  uint64_t handled_network; // ABI 4
  uint64_t scoped;          // ABI 6
};
struct __attribute__((packed)) path_rule {
  uint64_t allowed;
  int32_t parent;
};

enum { create_version = 1, rule_path_beneath = 1 };
#define RIGHT_EXECUTE (UINT64_C(1) << 0)
#define RIGHT_WRITE_FILE (UINT64_C(1) << 1)
#define RIGHT_READ_FILE (UINT64_C(1) << 2)
#define RIGHT_READ_DIRECTORY (UINT64_C(1) << 3)
#define RIGHTS_ABI_1 ((UINT64_C(1) << 13) - 1)
#define RIGHT_REFER (UINT64_C(1) << 13)        // ABI 2
#define RIGHT_TRUNCATE (UINT64_C(1) << 14)     // ABI 3
#define RIGHT_DEVICE_IOCTL (UINT64_C(1) << 15) // ABI 5
#define NETWORK_BIND_AND_CONNECT_TCP UINT64_C(3)
#define SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS UINT64_C(3)

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

int landlock_abi(void) { return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, create_version); }

static void add_rule(int ruleset, const struct landlock_rule *rule) {
  int path = open(rule->path, O_PATH | O_CLOEXEC);
  if (path < 0 && (errno == ENOENT || errno == EACCES || errno == ENOTDIR)) return;
  struct stat info;
  if (path < 0 || fstat(path, &info) < 0) fail_step("open for Landlock", rule->path);
  uint64_t allowed = RIGHT_READ_FILE;
  if (S_ISDIR(info.st_mode)) allowed |= RIGHT_READ_DIRECTORY;
  if (rule->grant == landlock_execute) allowed |= RIGHT_EXECUTE;
  if (rule->grant == landlock_device) allowed |= RIGHT_WRITE_FILE;
  struct path_rule attributes = {.allowed = allowed, .parent = path};
  if (syscall(SYS_landlock_add_rule, ruleset, rule_path_beneath, &attributes, 0) < 0)
    fail_step("add Landlock rule", rule->path);
  close(path);
}

void landlock_enter(const struct landlock_rule *rules) {
  int abi = landlock_abi();
  if (abi < 1) fail_step("use Landlock", "(not in this kernel, or not in its list of security modules)");
  struct ruleset_attributes attributes = {.handled_files = RIGHTS_ABI_1};
  if (abi >= 2) attributes.handled_files |= RIGHT_REFER;
  if (abi >= 3) attributes.handled_files |= RIGHT_TRUNCATE;
  if (abi >= 4) attributes.handled_network = NETWORK_BIND_AND_CONNECT_TCP;
  if (abi >= 5) attributes.handled_files |= RIGHT_DEVICE_IOCTL;
  if (abi >= 6) attributes.scoped = SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS;
  size_t size = abi >= 6 ? sizeof attributes : abi >= 4 ? 16 : 8;
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
  if (ruleset < 0) fail_step("create Landlock ruleset", NULL);
  for (const struct landlock_rule *rule = rules; rule->path; rule++) add_rule(ruleset, rule);
  if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0) fail_step("enter Landlock domain", NULL);
  close(ruleset);
}
