// The Landlock layer: everything is denied but reading some trees. Needs no privilege and no namespace.
#pragma once

// What a rule grants below (or on) one path.
enum landlock_grant { landlock_read, landlock_execute, landlock_device };

struct landlock_rule {
  const char *path;
  enum landlock_grant grant;
};

// The ABI of this kernel, or -1 and errno (ENOSYS, EOPNOTSUPP).
int landlock_abi(void);

// Enters a domain that handles every right this kernel knows and grants `rules` (ended by a NULL path).
// Paths that do not exist are skipped. no_new_privs must be set. A failure ends the process.
void landlock_enter(const struct landlock_rule *rules);
