#define _GNU_SOURCE
#include "limits.h"

#include <sys/resource.h>

#include "jail.h"

// Soft and hard, never above what was inherited.
static void lower(int resource, rlim_t wanted, const char *name) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) < 0) fail_step("read limit", name);
  if (wanted < limit.rlim_max) limit.rlim_max = wanted;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(resource, &limit) < 0) fail_step("set limit", name);
}

void set_box_limits(bool own_account) {
  lower(RLIMIT_CORE, 0, "CORE"); // a core handler is a host program fed with candidate data
  lower(RLIMIT_NOFILE, 64, "NOFILE");
  lower(RLIMIT_FSIZE, 1 << 20, "FSIZE");
  lower(RLIMIT_MSGQUEUE, 0, "MSGQUEUE");
  lower(RLIMIT_MEMLOCK, 64 << 10, "MEMLOCK");
  lower(RLIMIT_SIGPENDING, 256, "SIGPENDING");
  lower(RLIMIT_NICE, 0, "NICE");
  lower(RLIMIT_RTPRIO, 0, "RTPRIO");
  // Counted against a shared uid it would stop innocents; the strict filter forbids fork anyway.
  if (own_account) lower(RLIMIT_NPROC, 512, "NPROC");
}
