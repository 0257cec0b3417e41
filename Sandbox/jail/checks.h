// What the probe does inside a box to see that a layer has the effect it should have. Each function is
// the program of a box: 0 means that the effect is there; otherwise it has printed what it saw instead.
#pragma once

int check_no_new_privileges(const void *unused);
int check_filter_refuses(const void *unused);
// A child makes a forbidden call, must be killed, and its parent must be able to go on.
int check_forbidden_child(const void *unused);
int check_filter_kills(const void *unused);      // must end by SIGSYS
int check_foreign_entry(const void *unused);     // must end by SIGSYS (or SIGSEGV: no such entry)
int check_foreign_numbers(const void *unused);   // must end by SIGSYS
int check_landlock(const void *unused);
int check_user(const void *unused);
int check_mounts(const void *unused);
int check_processes(const void *unused);
int check_network(const void *unused);
int check_host_name(const void *unused);
// `link` names a namespace and its identity outside, "ipc:[4026531839]"; inside it must be another.
int check_other_namespace(const void *link);
int check_cgroup(const void *unused);
int check_limits(const void *unused);
int check_descriptors(const void *unused);
int check_identity(const void *unused);
int check_nothing(const void *unused);
