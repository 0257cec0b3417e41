#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks.h"
#include "landlock.h"
#include "notify.h"
#include "report.h"

// A program of a box and the box it is tried in.
struct trial {
  const struct box_options *options;
  const struct bpf *filter;
  int (*inside)(const void *);
  const void *argument;
  const char *const *python_arguments;
  const char *notice; // what a listener must name, NULL to have none
};

// Everything is allowed: what is seen is the layer and not the filter.
static struct sock_filter allow_all_code[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
static const struct bpf allow_all = {allow_all_code, 1};

// Answers the listener of a box until the box ends; every call must be named `notice`.
static void expect_notice(const struct box_process *process, const char *notice) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) fail_step("make a pipe", NULL);
  struct listener listener = notify_listen(process->channel, ends[1]);
  for (;;) {
    struct pollfd watched[] = {{.fd = process->pidfd, .events = POLLIN}, {.fd = listener.file, .events = POLLIN}};
    if (poll(watched, 2, -1) < 0 && errno != EINTR) fail_step("poll", NULL);
    if (watched[1].revents) notify_serve(&listener);
    else if (watched[0].revents) break;
  }
  char text[128] = "";
  if (read(ends[0], text, sizeof text - 1) < 0 && errno != EAGAIN) fail_step("read a notice", NULL);
  if (strstr(text, notice)) return;
  // A box that could not be set up has said why, and its status tells that the layer is missing.
  int status = box_wait(process);
  if (status == exit_setup) _exit(status);
  dprintf(STDOUT_FILENO, "no notice of %s came", notice);
  _exit(1);
}

[[noreturn]] static void run_trial(const struct trial *trial, int output) {
  if (dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0) _exit(exit_setup);
  set_role("probe");
  // Compiled here: a libseccomp or a kernel without listeners refuses already that.
  struct bpf zygote = trial->notice ? policy_compile("zygote", NULL, true) : (struct bpf){0};
  struct box box = {
      .name = "probe",
      .options = trial->options,
      .uid = trial->options->accounts.zygote,
      .filter = trial->notice ? &zygote : trial->filter,
      .init_filter = &allow_all,
      .descriptors = {-1, STDOUT_FILENO, STDERR_FILENO, -1, -1, -1},
      .arguments = trial->python_arguments,
      .inside = trial->inside,
      .inside_argument = trial->argument,
      .listens = trial->notice != NULL,
  };
  struct cgroup group;
  if (trial->options->layers.has[layer_cgroup]) {
    group = cgroup_make(trial->options->memory);
    box.cgroup = &group;
  }
  struct box_process process = box_start(&box);
  if (trial->notice) expect_notice(&process, trial->notice);
  int status = box_wait(&process);
  if (box.cgroup) cgroup_remove(&group);
  _exit(status);
}

// A trial under way.
struct attempt {
  pid_t child;
  int output;
};

static struct attempt begin(const struct trial *trial) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) fail_step("make a pipe", NULL);
  pid_t child = fork();
  if (child < 0) fail_step("fork", NULL);
  if (child == 0) run_trial(trial, ends[1]);
  close(ends[1]);
  return (struct attempt){child, ends[0]};
}

// The status of the box's program (128 + signal when it was killed); `text` is what it wrote.
static int finish(struct attempt attempt, char *text, size_t capacity) {
  size_t used = 0;
  for (;;) {
    char rest[256];
    bool full = used + 1 >= capacity;
    ssize_t count = full ? read(attempt.output, rest, sizeof rest)
                         : read(attempt.output, text + used, capacity - 1 - used);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    if (!full) used += (size_t)count;
  }
  text[used] = 0;
  close(attempt.output);
  int status = 0;
  while (waitpid(attempt.child, &status, 0) < 0 && errno == EINTR) {}
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Notes how the attempt at one layer ended; true when the layer holds.
static bool note_end(struct report *report, const char *name, enum weight weight, const char *remedy,
                     struct attempt attempt, int wanted) {
  struct finding *finding = report_note(report, name, weight, remedy);
  int status = finish(attempt, finding->detail, sizeof finding->detail);
  if (status == wanted) finding->state = state_ok;
  else finding->state = status == exit_setup ? state_missing : state_broken;
  if (finding->state == state_ok && wanted != 0) finding->detail[0] = 0;
  // Who failed is known here; the step and the error are what counts.
  char *step = strstr(finding->detail, ": probe: ");
  if (step) memmove(finding->detail, step + 9, strlen(step + 9) + 1);
  if (finding->state == state_broken && status > 128 && !finding->detail[0])
    snprintf(finding->detail, sizeof finding->detail, "ended by signal %d", status - 128);
  return finding->state == state_ok;
}

// Tries one layer; true when it holds.
static bool try_layer(struct report *report, const char *name, enum weight weight, const char *remedy,
                      const struct trial *trial, int wanted) {
  return note_end(report, name, weight, remedy, begin(trial), wanted);
}

static const char namespace_remedy[] =
    "allow unshare, clone, mount and pivot_root (in Docker by --security-opt seccomp=<profile>, or use "
    "Podman); check kernel.unprivileged_userns_clone, user.max_user_namespaces and, on Ubuntu, an AppArmor "
    "profile with 'userns,' for evalkit-jail";

static const char cgroup_remedy[] =
    "memory and processes are limited one by one, and not for the slot as a whole; for that, start it by "
    "systemd-run --user --scope -p Delegate=yes evalkit ...";

static const char notify_remedy[] =
    "forbidden calls still kill, but are not named; it needs a kernel from 5.0 on (no emulator of one), and "
    "nobody else who listens to the calls of this process";

static void note_left_out(struct report *report, enum layer layer, enum weight weight) {
  report_note(report, layer_names[layer], weight, "left out by --without")->state = state_missing;
}

// What a box of the probe is made of, when only these layers are wanted.
static struct box_options bare_box(const struct box_options *asked, struct layers layers) {
  struct box_options options = *asked;
  options.layers = layers;
  options.python = NULL;
  options.binds = NULL;
  return options;
}

// Tries a mandatory layer over those in `held`, and adds it to them.
static void probe_mandatory(struct report *report, const struct box_options *asked, struct layers *held,
                            enum layer layer, const char *remedy, struct trial trial, int wanted) {
  if (!asked->layers.has[layer]) return note_left_out(report, layer, weight_mandatory);
  struct box_options options = bare_box(asked, *held);
  options.layers.has[layer] = true;
  trial.options = &options;
  held->has[layer] = try_layer(report, layer_names[layer], weight_mandatory, remedy, &trial, wanted);
}

static void probe_seccomp(struct report *report, const struct box_options *asked, struct layers *held,
                          const struct bpf *filter) {
  const char *remedy = "a kernel with CONFIG_SECCOMP_FILTER is needed, and no emulator of one";
  struct trial refuses = {NULL, filter, check_filter_refuses, NULL, NULL, NULL};
  struct trial kills = {NULL, filter, check_filter_kills, NULL, NULL, NULL};
  probe_mandatory(report, asked, held, layer_seccomp, remedy, refuses, 0);
  if (!held->has[layer_seccomp]) return;
  report->count--; // one line for both
  probe_mandatory(report, asked, held, layer_seccomp, remedy, kills, 128 + SIGSYS);
#if defined(__x86_64__)
  struct box_options options = bare_box(asked, *held);
  if (!try_layer(report, "foreign_entry", weight_mandatory, "system calls of i386 must not pass the filter",
                 &(struct trial){&options, filter, check_foreign_entry, NULL, NULL, NULL}, 128 + SIGSYS)) {
    struct finding *entry = &report->findings[report->count - 1];
    // A kernel without 32-bit support answers the entry itself with SIGSEGV.
    if (strstr(entry->detail, "signal 11")) entry->state = state_ok;
  }
  try_layer(report, "foreign_numbers", weight_mandatory, "system calls of x32 must not pass the filter",
            &(struct trial){&options, filter, check_foreign_numbers, NULL, NULL, NULL}, 128 + SIGSYS);
#endif
}

// Tries what every box has, and returns the layers of it that hold.
static struct layers probe_floor(struct report *report, const struct box_options *asked) {
  struct utsname system;
  struct finding *kernel = report_note(report, "kernel", weight_information, "");
  if (uname(&system) == 0)
    snprintf(kernel->detail, sizeof kernel->detail, "%s %s %s", system.sysname, system.release, system.machine);
  struct layers held = {0};
  struct bpf filter = policy_compile("judge", NULL, false);
  probe_mandatory(report, asked, &held, layer_no_new_privs, "a Linux kernel is needed",
                  (struct trial){NULL, &allow_all, check_no_new_privileges, NULL, NULL, NULL}, 0);
  probe_seccomp(report, asked, &held, &filter);
  probe_mandatory(report, asked, &held, layer_rlimits, "",
                  (struct trial){NULL, &allow_all, check_limits, NULL, NULL, NULL}, 0);
  struct box_options options = bare_box(asked, held);
  try_layer(report, "descriptors", weight_mandatory, "",
            &(struct trial){&options, &allow_all, check_descriptors, NULL, NULL, NULL}, 0);
  bool fit = try_layer(report, "identity", weight_mandatory,
                       "as root, user ids from 60000 on must be usable; else run it as an ordinary user",
                       &(struct trial){&options, &allow_all, check_identity, NULL, NULL, NULL}, 0);
  struct finding *identity = &report->findings[report->count - 1];
  if (fit && asked->accounts.zygote)
    snprintf(identity->detail, sizeof identity->detail, "%s",
             asked->accounts.shared ? "user id 65534 for every box: no others are mapped here"
                                    : "as root, a user id of its own for each box");
  return held;
}

static void read_namespace(const char *name, char *link, size_t capacity) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/ns/%s", name);
  ssize_t count = readlink(path, link, capacity - 1);
  link[count < 0 ? 0 : count] = 0;
}

// Tries a layer that is no wall: without it nothing gets out.
static bool probe_comfort(struct report *report, const struct box_options *asked, struct layers floor,
                          enum layer layer, const char *remedy, struct trial trial) {
  if (!asked->layers.has[layer]) {
    note_left_out(report, layer, weight_information);
    return false;
  }
  struct box_options options = bare_box(asked, floor);
  options.layers.has[layer] = true;
  trial.options = &options;
  return try_layer(report, layer_names[layer], weight_information, remedy, &trial, 0);
}

// Tries the optional layers, one at a time over the user namespace, and returns those that hold.
static struct layers probe_optional(struct report *report, const struct box_options *asked,
                                    struct layers floor) {
  char ipc[64], cgroup[64];
  read_namespace("ipc", ipc, sizeof ipc);
  read_namespace("cgroup", cgroup, sizeof cgroup);
  const struct {
    enum layer layer;
    int (*inside)(const void *);
    const void *argument;
    const char *remedy;
  } trials[] = {
      {layer_userns, check_user, NULL, namespace_remedy},
      {layer_mountns, check_mounts, NULL, namespace_remedy},
      {layer_pidns, check_processes, NULL, namespace_remedy},
      {layer_netns, check_network, NULL, namespace_remedy},
      {layer_ipcns, check_other_namespace, ipc, namespace_remedy},
      {layer_utsns, check_host_name, NULL, namespace_remedy},
      {layer_cgroupns, check_other_namespace, cgroup, namespace_remedy},
      {layer_landlock, check_landlock, NULL,
       "enable it with lsm=...,landlock on the kernel command line; in a container use a newer engine"},
  };
  struct layers held = floor;
  for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
    enum layer layer = trials[i].layer;
    if (!asked->layers.has[layer]) {
      note_left_out(report, layer, weight_full);
      continue;
    }
    struct box_options options = bare_box(asked, floor);
    options.layers.has[layer_userns] = held.has[layer_userns] && layer != layer_landlock;
    options.layers.has[layer] = true;
    struct trial trial = {&options, &allow_all, trials[i].inside, trials[i].argument, NULL, NULL};
    held.has[layer] = try_layer(report, layer_names[layer], weight_full, trials[i].remedy, &trial, 0);
  }
  // The whole way: the call asks, the supervisor names it and kills the caller, and whoever forked the
  // caller goes on.
  held.has[layer_notify] = probe_comfort(report, asked, floor, layer_notify, notify_remedy,
                                         (struct trial){NULL, NULL, check_forbidden_child, NULL, NULL, "ptrace"});
  held.has[layer_cgroup] = probe_comfort(report, asked, floor, layer_cgroup, cgroup_remedy,
                                         (struct trial){NULL, &allow_all, check_cgroup, NULL, NULL, NULL});
  return held;
}

static const char python_check[] =
    "import os, sys\n"
    "seen = [p for p in ('/etc/passwd', '/proc/self', '/home') if os.path.exists(p)] "
    "if os.getcwd() == '/scratch' else []\n"
    "print(sys.version.split()[0], *seen, end='')\n"
    "try:\n"
    "    if not sys.argv[1:]:\n"
    "        import numpy\n"
    "        print(' with numpy', numpy.__version__, end='')\n"
    "except ModuleNotFoundError:\n"
    "    pass\n"
    "except ImportError as error:\n"
    "    print(' cannot import numpy:', str(error).strip().splitlines()[-1][-200:], end='')\n"
    "    sys.exit(1)\n"
    "sys.exit(1 if seen else 0)\n";

static bool has_wall_for_files(const struct layers *layers) {
  return layers->has[layer_mountns] || layers->has[layer_landlock];
}

static struct attempt begin_python(const struct box_options *asked, struct layers layers) {
  struct box_options options = *asked;
  options.layers = layers;
  struct bpf judge = policy_compile("judge", asked->python, false);
  const char *const arguments[] = {"python3", "-I", "-B", "-c", python_check, asked->is_quick ? "quick" : NULL, NULL};
  return begin(&(struct trial){&options, &judge, NULL, NULL, arguments, NULL});
}

// The layers that most machines have. Only whether control groups can be made is tried, because it differs most.
static struct layers guess_layers(const struct box_options *asked) {
  struct layers guess = asked->layers;
  struct box_options options = bare_box(asked, (struct layers){0});
  options.layers.has[layer_cgroup] = true;
  char unread[1];
  struct trial trial = {&options, &allow_all, check_cgroup, NULL, NULL, NULL};
  if (guess.has[layer_cgroup]) guess.has[layer_cgroup] = finish(begin(&trial), unread, sizeof unread) == 0;
  return guess;
}

int probe(const struct box_options *options) {
  struct report report = {0};
  // Starting Python takes longer than all the rest, so the interpreter is tried meanwhile in the box that is
  // to be expected. What it does there counts only if that turns out to be the box of this machine.
  struct layers guess = guess_layers(options);
  bool is_begun = options->python && has_wall_for_files(&guess);
  struct attempt python = {0};
  if (is_begun) python = begin_python(options, guess);
  struct layers floor = probe_floor(&report, options);
  struct layers held = probe_optional(&report, options, floor);
  if (held.has[layer_landlock]) {
    for (int i = 0; i < report.count; i++)
      if (strcmp(report.findings[i].name, "landlock") == 0)
        snprintf(report.findings[i].detail, sizeof report.findings[i].detail, "ABI %d", landlock_abi());
  }
  if (is_begun && memcmp(&held, &guess, sizeof held) != 0) {
    char unread[1];
    finish(python, unread, sizeof unread);
    is_begun = false;
  }
  if (!has_wall_for_files(&held)) {
    const char *remedy = "a mount namespace or Landlock is needed";
    report_note(&report, "files", weight_mandatory, remedy)->state = state_missing;
  } else if (options->python) {
    note_end(&report, "python", weight_mandatory,
             "name the interpreter's folders with --bind; it must be readable by the box's user",
             is_begun ? python : begin_python(options, held), 0);
  }
  return print_report(&report, &held);
}
