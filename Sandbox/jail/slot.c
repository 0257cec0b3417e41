#define _GNU_SOURCE
#include "slot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "embedded.h"
#include "notify.h"

// How the slot ended, as its exit status. Reads signals and answers the listener; standard input belongs to
// the judge.
static int wait_for_an_end(int signals, struct listener *listener, const struct box_process *judge,
                           const struct box_process *zygote) {
  // No events are asked for: POLLHUP (the runner closed) and POLLERR (nobody reads) come unasked.
  struct pollfd watched[] = {
      {.fd = STDIN_FILENO},
      {.fd = STDOUT_FILENO},
      {.fd = signals, .events = POLLIN},
      {.fd = judge->pidfd, .events = POLLIN},
      {.fd = zygote->pidfd, .events = POLLIN},
      {.events = POLLIN},
  };
  for (;;) {
    watched[5].fd = listener->file;
    if (poll(watched, sizeof watched / sizeof *watched, -1) < 0) {
      if (errno == EINTR) continue;
      fail_step("poll", NULL);
    }
    if (watched[0].revents || watched[1].revents) return 0;
    if (watched[2].revents) return 0;
    if (watched[3].revents || watched[4].revents) return exit_box_ended;
    if (watched[5].revents) notify_serve(listener);
  }
}

static bool is_readable(int file, int milliseconds) {
  struct pollfd watched = {.fd = file, .events = POLLIN};
  return poll(&watched, 1, milliseconds) > 0;
}

static void report_end(const char *name, int status) {
  char text[96];
  if (status > 128)
    snprintf(text, sizeof text, "evalkit-jail: the %s ended by signal %d\n", name, status - 128);
  else
    snprintf(text, sizeof text, "evalkit-jail: the %s ended with status %d\n", name, status);
  fputs(text, stderr);
}

int run_slot(const struct box_options *options) {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) fail_step("become subreaper", NULL);
  sigset_t handled;
  sigemptyset(&handled);
  sigaddset(&handled, SIGTERM);
  sigaddset(&handled, SIGINT);
  sigaddset(&handled, SIGHUP);
  if (sigprocmask(SIG_BLOCK, &handled, NULL) < 0) fail_step("block signals", NULL);
  int signals = signalfd(-1, &handled, SFD_CLOEXEC);
  if (signals < 0) fail_step("open a signal descriptor", NULL);

  bool notify = options->layers.has[layer_notify];
  struct bpf init_filter = policy_compile("init", NULL, notify);
  struct bpf judge_filter = policy_compile("judge", options->python, notify);
  struct bpf zygote_filter = policy_compile("zygote", options->python, notify);
  struct bpf strict = policy_compile("strict", options->python, notify);
  bool filtered = options->layers.has[layer_seccomp];
  int entry = entry_file(filtered ? &strict : NULL);
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0) fail_step("make a socket pair", NULL);
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0) fail_step("open", "/dev/null");
  // Neither end ever waits. Nothing comes out of /dev/null, which keeps the number from being reused.
  int notices[2] = {nothing, -1};
  if (notify && pipe2(notices, O_CLOEXEC | O_NONBLOCK) < 0) fail_step("make a pipe", NULL);

  // The judge's sets are ordered by a seed of its own, so that nobody can aim at its hashes. Candidates
  // get seed 0: a program whose output hangs on the order of a set has the same verdict every time. -I
  // would make Python ignore the seed with the rest of the environment, which is ours anyway. The zygote
  // refuses to run programs with an empty filter, unless it is told that there is none on purpose.
  const char *const judge_arguments[] = {"python3", "-I", "-S", "-B", "-c", boot_script, NULL};
  const char *const zygote_arguments[] = {"python3", "-s", "-S", "-B", "-c", boot_script,
                                          filtered ? NULL : "unfiltered", NULL};
  struct box judge_box = {
      .name = "judge",
      .options = options,
      .uid = options->accounts.judge,
      .filter = &judge_filter,
      .init_filter = &init_filter,
      .descriptors = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, sockets[0], notices[0],
                      module_payload(judge_modules)},
      .arguments = judge_arguments,
  };
  struct box zygote_box = {
      .name = "zygote",
      .options = options,
      .uid = options->accounts.zygote,
      .filter = &zygote_filter,
      .init_filter = &init_filter,
      .descriptors = {nothing, nothing, STDERR_FILENO, sockets[1], entry,
                      module_payload(zygote_modules)},
      .arguments = zygote_arguments,
      .listens = notify,
  };
  struct cgroup group;
  if (options->layers.has[layer_cgroup]) {
    group = cgroup_make(options->memory);
    judge_box.cgroup = zygote_box.cgroup = &group;
  }
  struct box_process judge = box_start(&judge_box);
  struct box_process zygote = box_start(&zygote_box);
  // The ends of the boxes must be the only ones, or neither would see the other go.
  close(sockets[0]);
  close(sockets[1]);

  struct listener listener = notify_listen(zygote.channel, notices[1]);
  int status = wait_for_an_end(signals, &listener, &judge, &zygote);
  // A zygote ends with its judge, and may be gone before the kernel has cleared away the judge's box.
  bool zygote_ended = is_readable(zygote.pidfd, 0);
  bool judge_ended = is_readable(judge.pidfd, zygote_ended && status == exit_box_ended ? 200 : 0);
  box_kill(&judge);
  box_kill(&zygote);
  int judge_status = box_wait(&judge), zygote_status = box_wait(&zygote);
  kill_orphans();
  if (options->layers.has[layer_cgroup]) cgroup_remove(&group);
  if (status != exit_box_ended) return status;
  if (judge_ended) report_end("judge", judge_status);
  if (zygote_ended) report_end("zygote", zygote_status);
  bool set_up_failed = (judge_ended && judge_status == exit_setup) ||
                       (zygote_ended && zygote_status == exit_setup);
  return set_up_failed ? exit_setup : exit_box_ended;
}
