#define _GNU_SOURCE
#include "notify.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail.h"

union control {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

int notify_install(const struct bpf *filter, int channel) {
  int listener = policy_load_listening(filter);
  if (listener < 0) return -1;
  union control control = {0};
  char byte = 'l';
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = control.bytes,
                           .msg_controllen = sizeof control.bytes};
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(&control.header), &listener, sizeof listener);
  ssize_t sent = sendmsg(channel, &message, MSG_NOSIGNAL);
  close(listener);
  close(channel);
  return sent == 1 ? 0 : -1;
}

struct listener notify_listen(int channel, int notices) {
  return (struct listener){.file = channel, .notices = notices, .last = -1};
}

static void replace(int *file, int with) {
  if (*file >= 0) close(*file);
  *file = with;
}

// The listener, or -1 when the box ended before it sent one.
static int receive(int channel) {
  union control control = {0};
  char byte;
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = control.bytes,
                           .msg_controllen = sizeof control.bytes};
  int listener = -1;
  if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) != 1) return -1;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
      header->cmsg_len == CMSG_LEN(sizeof(int)))
    memcpy(&listener, CMSG_DATA(header), sizeof listener);
  return listener;
}

// Whether the ids in /proc are ours. A container may show that of its host, whose ids name others.
static bool shows_own_processes(void) {
  char self[32] = "";
  return readlink("/proc/self", self, sizeof self - 1) > 0 && atoi(self) == getpid();
}

// The process of a thread: its id out here, and as the box sees it. False when the thread is gone.
static bool find_process(pid_t thread, pid_t *outside, pid_t *inside) {
  char path[64], line[256];
  if (!shows_own_processes()) return false;
  snprintf(path, sizeof path, "/proc/%d/status", (int)thread);
  FILE *status = fopen(path, "re");
  if (!status) return false;
  bool found = false;
  while (!found && fgets(line, sizeof line, status)) {
    // One number for each process namespace, from ours inwards.
    if (strncmp(line, "NStgid:", 7) != 0) continue;
    char *at = line + 7, *end;
    for (long number; number = strtol(at, &end, 10), end != at; at = end) {
      if (!found) *outside = (pid_t)number;
      *inside = (pid_t)number;
      found = true;
    }
  }
  fclose(status);
  return found;
}

static void write_notice(int notices, pid_t process, const struct seccomp_data *data) {
  char *call = seccomp_syscall_resolve_num_arch(data->arch, data->nr);
  char argument[64] = "", line[160];
  if (call) policy_name_argument(call, (const uint64_t *)data->args, argument, sizeof argument);
  int length = snprintf(line, sizeof line, "%d %s%s%s\n", (int)process, call ? call : "unknown",
                        *argument ? " " : "", argument);
  free(call);
  // A full pipe loses the name and nothing else.
  if (notices >= 0 && length > 0 && write(notices, line, (size_t)length) < 0) return;
}

// Nothing of the caller's memory is looked at, and no call is ever let through. A call that is
// interrupted asks again or is never made.
static void answer(struct listener *listener) {
  struct seccomp_notif call = {0};
  if (ioctl(listener->file, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0) return;
  pid_t outside = 0, inside = 0;
  int process = -1;
  if (find_process((pid_t)call.pid, &outside, &inside))
    process = (int)syscall(SYS_pidfd_open, outside, 0);
  // While the question stands, the thread waits in its call: its id and its process's were not reused.
  if (process < 0 || ioctl(listener->file, SECCOMP_IOCTL_NOTIF_ID_VALID, &call.id) < 0) {
    struct seccomp_notif_resp refusal = {.id = call.id, .error = -EPERM};
    int status = ioctl(listener->file, SECCOMP_IOCTL_NOTIF_SEND, &refusal);
    (void)status;
    replace(&process, -1);
    return;
  }
  // The name comes first: when the judge hears of the end, it can be read.
  if (listener->last < 0 || has_ended(listener->last)) write_notice(listener->notices, inside, &call.data);
  syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
  replace(&listener->last, process);
}

void notify_serve(struct listener *listener) {
  if (!listener->connected) {
    replace(&listener->file, receive(listener->file));
    listener->connected = true;
    return;
  }
  struct pollfd watched = {.fd = listener->file, .events = POLLIN};
  if (poll(&watched, 1, 0) <= 0) return;
  if (watched.revents & POLLIN) answer(listener);
  else replace(&listener->file, -1); // the last process with this filter is gone
}
