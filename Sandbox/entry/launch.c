#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#include "bytes.h"
#include "entry.h"

enum {
  setup_failed = 113,
  result_number = 3,
  program_number = 4,
  most_processes = 256,
  setup_seconds = 60, // for a late child, on top of its limit
};
#define UNLIMITED (~UINT64_C(0))

// Numbered in the order in which they are taken; launch.py has their names.
enum step { step_descriptors = 1, step_session, step_limits, step_options, step_parent, step_filter };

INLINE int64_t now(void) {
  struct timespec time;
  CALL(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

INLINE void end(struct launch *task, enum step step) {
  ((volatile struct progress *)task->page)->step = (uint8_t)step;
  CALL(SYS_exit_group, setup_failed);
}

// Lowers a limit, never above the inherited hard one.
INLINE bool lower(int resource, uint64_t soft, uint64_t hard) {
  struct rlimit64 limit;
  if (CALL(SYS_prlimit64, 0, resource, 0, &limit)) return false;
  limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
  limit.rlim_max = hard < limit.rlim_max ? hard : limit.rlim_max;
  return CALL(SYS_prlimit64, 0, resource, &limit, 0) == 0;
}

// The order matters: privileges first, the filter, which forbids most of this, last.
INLINE void lock_down(struct launch *task) {
  int program = task->program;
  struct timespec spent;
  CALL(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &spent);
  if (CALL(SYS_dup3, task->result, result_number, O_CLOEXEC) < 0) end(task, step_descriptors);
  if (program != program_number && CALL(SYS_dup3, program, program_number, O_CLOEXEC) < 0)
    end(task, step_descriptors);
  if (CALL(SYS_close_range, program_number + 1, ~0U, 0) < 0) end(task, step_descriptors);
  if (CALL(SYS_dup3, 1, 2, 0) < 0) end(task, step_descriptors); // what a program writes there is nobody's
  if (CALL(SYS_setsid, 0) < 0) end(task, step_session);
  if (task->space[0] != UNLIMITED && !lower(RLIMIT_AS, task->space[0], task->space[0])) end(task, step_limits);
  if (task->space[1] != UNLIMITED && !lower(RLIMIT_DATA, task->space[1], task->space[1])) end(task, step_limits);
  // Where the zygote is starved of time and does not look at the clock.
  uint64_t seconds = (uint64_t)task->child_limit / 1000000000 * 3 / 2 + 4 + (uint64_t)spent.tv_sec;
  if (!lower(RLIMIT_CPU, seconds, seconds + 1)) end(task, step_limits);
  if (!lower(RLIMIT_STACK, 64 << 20, 64 << 20)) end(task, step_limits);
  // Without a filter there is no box either, and the account is not the slot's own.
  if (task->filter_count && !lower(RLIMIT_NPROC, most_processes, most_processes)) end(task, step_limits);
  if (CALL(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)) end(task, step_options);
  if (CALL(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0)) end(task, step_options);
  if (CALL(SYS_getppid, 0) != task->parent) end(task, step_parent);
  if (task->filter_count) {
    struct sock_filter *filter = (struct sock_filter *)task->filter;
    const uint32_t *patches = (const uint32_t *)task->patches;
    uint32_t self = (uint32_t)CALL(SYS_getpid, 0);
    for (uint32_t i = 0; i < task->patch_count; i++) filter[patches[i]].k = self;
    struct sock_fprog code = {.len = (unsigned short)task->filter_count, .filter = filter};
    if (CALL(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &code, 0, 0)) end(task, step_filter);
  }
  volatile struct progress *progress = (volatile struct progress *)task->page;
  progress->spent = task->is_late ? spent.tv_sec * INT64_C(1000000) + spent.tv_nsec / 1000 : 0;
  progress->began = now();
  progress->is_locked = 1;
  // Unmapped before the program runs, which could otherwise take back what it says.
  CALL(SYS_munmap, task->page, PAGE);
}

// The last child may have left anything anywhere in the outbox, but nobody who could go on writing: it was one
// process, and is dead. Its pages are kept, for the kernel takes ten times as long to give new ones.
INLINE void clear_outbox(const struct launch *task) {
  volatile uint64_t *words = (volatile uint64_t *)task->outbox;
  for (uint32_t i = 0; i < task->outbox_size / sizeof *words; i++) words[i] = 0;
}

// Sends a message with two parts, the second from the outbox of a child that is dead. False when the judge is
// gone.
INLINE bool tell(const struct launch *task, const struct ending *ending) {
  uint64_t used = *(volatile uint64_t *)task->outbox, room = task->outbox_size - sizeof used;
  if (used > room) used = room;
  unsigned char head[25];
  put(head, sizeof head - 5 + sizeof *ending + used, 4);
  head[4] = 'x';
  put(head + 5, 2, 4);
  put(head + 9, sizeof *ending, 8);
  put(head + 17, used, 8);
  struct iovec pieces[3];
  pieces[0].iov_base = head, pieces[0].iov_len = sizeof head;
  pieces[1].iov_base = (void *)ending, pieces[1].iov_len = sizeof *ending;
  pieces[2].iov_base = (void *)(task->outbox + sizeof used), pieces[2].iov_len = used;
  struct msghdr whole;
  whole.msg_name = 0, whole.msg_namelen = 0, whole.msg_flags = 0;
  whole.msg_iov = pieces, whole.msg_iovlen = 3;
  whole.msg_control = 0, whole.msg_controllen = 0;
  int64_t size = (int64_t)(sizeof head + sizeof *ending + used);
  return CALL(SYS_sendmsg, task->socket, &whole, MSG_NOSIGNAL) == size;
}

// Takes `count` bytes off the socket. False at the judge's end.
INLINE bool receive(int socket, unsigned char *bytes, uint32_t count) {
  while (count > 0) {
    int64_t taken = CALL(SYS_recvfrom, socket, bytes, count, 0, 0, 0);
    if (taken == -EINTR) continue;
    if (taken <= 0) return false;
    bytes += taken, count -= (uint32_t)taken;
  }
  return true;
}

// Takes the length and the letter of a message off the socket, and the ends of a program's pipes that come with it.
// False at the judge's end.
INLINE bool receive_head(struct launch *task) {
  unsigned char head[5];
  union {
    struct cmsghdr header;
    unsigned char room[CMSG_SPACE(2 * sizeof(int))];
  } control;
  struct iovec piece;
  piece.iov_base = head, piece.iov_len = sizeof head;
  struct msghdr whole;
  whole.msg_name = 0, whole.msg_namelen = 0, whole.msg_flags = 0;
  whole.msg_iov = &piece, whole.msg_iovlen = 1;
  whole.msg_control = &control, whole.msg_controllen = sizeof control;
  int64_t taken;
  do {
    taken = CALL(SYS_recvmsg, task->socket, &whole, MSG_CMSG_CLOEXEC);
  } while (taken == -EINTR);
  if (taken <= 0) return false;
  task->result = task->program = -1;
  if (whole.msg_controllen >= sizeof control.header && control.header.cmsg_len == CMSG_LEN(2 * sizeof(int))) {
    const int *rights = (const int *)CMSG_DATA(&control.header);
    task->result = rights[0], task->program = rights[1];
  }
  if (!receive(task->socket, head + taken, (uint32_t)(sizeof head - taken))) return false;
  task->length = (uint32_t)take(head, 4), task->letter = head[4];
  return true;
}

// Takes a wish to kill off the socket: nothing else is sent meanwhile. False at the judge's end.
INLINE bool receive_wish(int socket) {
  unsigned char bytes[64];
  if (!receive(socket, bytes, 5)) return false;
  uint64_t length = take(bytes, 4);
  return length <= sizeof bytes && receive(socket, bytes, (uint32_t)length);
}

INLINE int32_t wait_for_end(const struct launch *task, int pid, int process, int64_t start) {
  const volatile struct progress *progress = (const volatile struct progress *)task->page;
  int64_t patience = start + setup_seconds * INT64_C(1000000000);
  struct pollfd watched[2];
  watched[0].fd = process, watched[0].events = POLLIN;
  watched[1].fd = task->socket, watched[1].events = POLLIN;
  int32_t cause = cause_itself;
  for (;;) {
    int64_t time = now(), began = progress->began;
    if (!began) began = time < patience ? time : patience;
    int64_t left = began + task->child_limit - time;
    if (left <= 0 && cause == cause_itself) {
      cause = cause_limit;
      CALL(SYS_kill, pid, SIGKILL);
    }
    struct timespec pause;
    pause.tv_sec = left / 1000000000, pause.tv_nsec = left % 1000000000;
    int64_t ready = CALL(
        SYS_ppoll, watched, cause == cause_orphaned ? 1 : 2, cause == cause_itself ? &pause : 0, 0, 0);
    if (ready <= 0) continue;
    if (watched[0].revents) return cause;
    if (cause == cause_orphaned || !watched[1].revents) continue;
    bool is_there = receive_wish(task->socket);
    if (cause == cause_itself) {
      cause = cause_judge;
      CALL(SYS_kill, pid, SIGKILL);
    }
    if (!is_there) cause = cause_orphaned;
  }
}

INLINE int32_t run_child(struct launch *task, int64_t limit) {
  struct progress *progress = (struct progress *)task->page;
  if (task->result < 0) return -EBADF; // the judge sends no order without its pipes
  clear_outbox(task);
  progress->is_locked = progress->step = 0;
  progress->began = progress->spent = 0;
  task->child_limit = limit, task->parent = CALL(SYS_getpid, 0);
  int64_t start = now();
  int (*fork_libc)(void) = (int (*)(void))task->fork;
  int pid = fork_libc();
  if (pid == 0) {
    if (!task->is_late) lock_down(task);
    return served_child;
  }
  CALL(SYS_close, task->result);
  CALL(SYS_close, task->program);
  if (pid < 0) return -EAGAIN;
  int64_t process = CALL(SYS_pidfd_open, pid, 0);
  if (process < 0) {
    CALL(SYS_kill, pid, SIGKILL);
    return (int32_t)process;
  }
  struct ending ending;
  struct rusage usage;
  ending.pid = pid;
  ending.cause = wait_for_end(task, pid, (int)process, start);
  CALL(SYS_wait4, pid, &ending.status, 0, &usage);
  CALL(SYS_close, process);
  ending.wall = now() - (progress->began ? progress->began : start);
  ending.cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) + usage.ru_utime.tv_usec +
               usage.ru_stime.tv_usec - progress->spent;
  ending.rss = usage.ru_maxrss;
  ending.is_locked = progress->is_locked, ending.step = progress->step;
  ending.unused[0] = ending.unused[1] = 0;
  if (ending.cause == cause_orphaned || !tell(task, &ending)) CALL(SYS_exit_group, 0);
  return served_parent;
}

ENTRY int32_t launch(struct launch *task) { return run_child(task, task->limit); }

ENTRY void lock(struct launch *task) { lock_down(task); }

ENTRY int32_t next_message(struct launch *task) {
  return receive_head(task) ? served_message : served_end;
}

ENTRY int32_t serve(struct launch *task) {
  for (;;) {
    if (!receive_head(task)) return served_end;
    if (task->letter != 'R') return served_message;
    unsigned char *body = (unsigned char *)task->buffer;
    if (task->length > task->capacity) return -EMSGSIZE;
    if (!receive(task->socket, body, task->length)) return served_end;
    if (task->length < 8) return -EBADMSG;
    int32_t result = run_child(task, (int64_t)take(body, 8));
    if (result != served_parent) return result;
  }
}

// Whether there is room for one more page under the limit `trial`.
INLINE bool is_enough(int32_t resource, const struct rlimit64 *trial) {
  CALL(SYS_prlimit64, 0, resource, trial, 0);
  void *page = map(PAGE);
  if (page) CALL(SYS_munmap, page, PAGE);
  return page != 0;
}

ENTRY uint64_t space_in_use(int32_t resource, uint64_t least) {
  struct rlimit64 before, trial;
  if (CALL(SYS_prlimit64, 0, resource, 0, &before)) return 0;
  trial.rlim_max = before.rlim_max;
  uint64_t low = least, step = 1 << 19;
  do { // growing steps up to what is enough
    step *= 2;
    trial.rlim_cur = low + step < before.rlim_max ? low + step : before.rlim_max;
    if (is_enough(resource, &trial)) break;
    low = trial.rlim_cur;
  } while (low < before.rlim_max);
  for (; step > 1 << 20; step /= 2) { // and halves back
    trial.rlim_cur = low + step / 2;
    if (!is_enough(resource, &trial)) low = trial.rlim_cur;
  }
  CALL(SYS_prlimit64, 0, resource, &before, 0);
  return low + step;
}
