#define _GNU_SOURCE
#include "try.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "embedded.h"
#include "notify.h"

struct attempt {
  const struct bpf *inner; // strict, over zygote's
  long number;
  int count;
  char *const *words;
};

// What the candidate's set-up does: its own process id in place of the placeholder.
static void patch_self(const struct bpf *program) {
  for (unsigned i = 0; i < program->count; i++)
    if (program->code[i].k == SELF_PLACEHOLDER) program->code[i].k = (uint32_t)getpid();
}

// By prctl, which is the way that zygote.policy leaves to a candidate.
static int load_as_candidate(const struct bpf *program) {
  struct sock_fprog header = {.len = program->count, .filter = program->code};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &header, 0, 0);
}

static int attempt_call(const void *argument) {
  const struct attempt *attempt = argument;
  if (attempt->inner) {
    patch_self(attempt->inner);
    if (load_as_candidate(attempt->inner) < 0) return exit_setup;
  }
  long values[6] = {0};
  for (int i = 0; i < attempt->count; i++) {
    const char *word = attempt->words[i];
    char *end = NULL;
    unsigned long long number = strtoull(word, &end, 0);
    if (strcmp(word, "$self") == 0) values[i] = getpid();
    else values[i] = *word && !*end ? (long)number : (long)word;
  }
  errno = 0;
  long result = syscall(attempt->number, values[0], values[1], values[2], values[3], values[4], values[5]);
  int error = errno;
  if (result == 0 && (attempt->number == SYS_clone)) _exit(0); // the child of a fork that was allowed
  char line[64];
  int length = error ? snprintf(line, sizeof line, "errno %s\n", strerrorname_np(error))
                     : snprintf(line, sizeof line, "ok %ld\n", result);
  return write(STDOUT_FILENO, line, (size_t)length) == length ? 0 : exit_setup;
}

// Waits for the box as a supervisor does. What the listener names goes to standard output.
static int wait_answering(const struct box_process *process) {
  struct listener listener = notify_listen(process->channel, STDOUT_FILENO);
  for (;;) {
    struct pollfd watched[] = {{.fd = process->pidfd, .events = POLLIN}, {.fd = listener.file, .events = POLLIN}};
    if (poll(watched, 2, -1) < 0 && errno != EINTR) fail_step("poll", NULL);
    if (watched[1].revents) notify_serve(&listener);
    else if (watched[0].revents) return box_wait(process);
  }
}

int try_system_call(const struct box_options *options, char *const *words) {
  if (!words[0] || !words[1]) return exit_usage;
  bool strict = strcmp(words[0], "strict") == 0, notify = options->layers.has[layer_notify];
  const char *role = strict ? "zygote" : words[0];
  struct bpf init_filter = policy_compile("init", NULL, notify);
  struct bpf outer = policy_compile(role, NULL, notify);
  struct bpf inner = strict ? policy_compile("strict", NULL, notify) : outer;
  struct attempt attempt = {.inner = strict ? &inner : NULL, .words = words + 2};
  while (attempt.count < 6 && attempt.words[attempt.count]) attempt.count++;
  attempt.number = seccomp_syscall_resolve_name(words[1]);
  if (attempt.number < 0) fail_plain("unknown system call", words[1]);
  struct box box = {
      .name = "try",
      .options = options,
      .uid = options->accounts.zygote,
      .filter = &outer,
      .init_filter = &init_filter,
      .descriptors = {-1, STDOUT_FILENO, STDERR_FILENO, -1, -1, -1},
      .inside = attempt_call,
      .inside_argument = &attempt,
      .listens = notify && strcmp(role, "zygote") == 0,
  };
  struct box_process process = box_start(&box);
  int status = wait_answering(&process);
  if (status <= 128) return status;
  printf("signal %d\n", status - 128);
  return 0;
}

int try_python(const struct box_options *options, char *const *words) {
  if (!words[0] || !words[1] || !options->python) return exit_usage;
  bool notify = options->layers.has[layer_notify];
  struct bpf init_filter = policy_compile("init", NULL, notify);
  struct bpf filter = policy_compile(words[0], options->python, notify);
  struct bpf strict = policy_compile("strict", options->python, notify);
  const char *const arguments[] = {"python3", "-I", "-B", "-c", words[1], NULL};
  struct box box = {
      .name = "try",
      .options = options,
      .uid = options->accounts.zygote,
      .filter = &filter,
      .init_filter = &init_filter,
      .descriptors = {open("/dev/null", O_RDWR | O_CLOEXEC), STDOUT_FILENO, STDERR_FILENO, -1,
                      sealed_file("strict", strict.code, strict.count * sizeof *strict.code), -1},
      .arguments = arguments,
      .listens = notify && strcmp(words[0], "zygote") == 0,
  };
  struct box_process process = box_start(&box);
  return wait_answering(&process);
}
