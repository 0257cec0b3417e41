// Forbidden calls are named: the zygote's filter asks, the supervisor answers by killing the caller.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "policy.h"

// Box's side: loads the filter and sends its listener through `channel`. 0, or -1 and errno.
int notify_install(const struct bpf *filter, int channel);

// Supervisor's side. `file` is the channel until the listener has come through it, and is to be polled
// for POLLIN; -1 when there is nothing to wait for any more.
struct listener {
  int file;
  int notices;   // "pid call [argument]\n" goes here without ever waiting; -1 for nowhere
  int last;      // process descriptor of the last process killed, so that it is named only once
  bool connected;
};
struct listener notify_listen(int channel, int notices);
// What to do when poll says that `file` is ready.
void notify_serve(struct listener *listener);
