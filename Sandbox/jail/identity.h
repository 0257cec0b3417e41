// Who the box is: user and group ids, capabilities.
#pragma once

#include <sys/types.h>

// Parent's side: inside id 1000 is `uid`/`gid` outside, and nothing else exists.
void write_identity_maps(pid_t child, uid_t uid, gid_t gid);

// Child's side, inside a user namespace: becomes 1000 and keeps the namespace's capabilities.
void become_inner_user(void);
// No further user namespaces below this one. Best effort: seccomp refuses them as well.
void forbid_inner_namespaces(void);
// Without a user namespace, as root: becomes the box's own id, never 0.
void become_box_user(uid_t uid);
// Empties the bounding set and locks the securebits, where this process may.
void lock_capabilities(void);
// Drops every capability, for good, and checks that none is left.
void drop_capabilities(void);
// The kernel takes the box first when memory runs out.
void raise_oom_score(void);
