#define _GNU_SOURCE
#include "box.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "identity.h"
#include "landlock.h"
#include "limits.h"
#include "notify.h"
#include "tree.h"

// Debian's libblas.so.3 is a link through /etc/alternatives, a directory of links and nothing else.
static const char *const shared_paths[] = {
    "/lib",           "/lib64",           "/usr/lib",           "/usr/lib64",
    "/usr/local/lib", "/etc/ld.so.cache", "/etc/alternatives", "/usr/share/zoneinfo",
};
static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/urandom"};
static const char *const loaders[] = {
    "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
};
#define COUNT(array) (sizeof(array) / sizeof *(array))

// LD_BIND_NOW: what only programs call (write, _exit) would be looked up by each anew, in five libraries.
static char *const environment[] = {
    "LD_BIND_NOW=1", "PATH=", "HOME=/scratch", "TMPDIR=/scratch", "LC_ALL=C.UTF-8", "TZ=UTC",
    "PYTHONHASHSEED=0", "PYTHONDONTWRITEBYTECODE=1",
    "OPENBLAS_NUM_THREADS=1", "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", NULL,
};

static unsigned long namespace_flags(const struct layers *layers) {
  static const unsigned long flags[layer_count] = {
      [layer_userns] = CLONE_NEWUSER, [layer_mountns] = CLONE_NEWNS, [layer_pidns] = CLONE_NEWPID,
      [layer_netns] = CLONE_NEWNET,   [layer_ipcns] = CLONE_NEWIPC,  [layer_utsns] = CLONE_NEWUTS,
      [layer_cgroupns] = CLONE_NEWCGROUP,
  };
  unsigned long all = 0;
  for (int layer = 0; layer < layer_count; layer++)
    if (layers->has[layer]) all |= flags[layer];
  return all;
}

// An ignored SIGCHLD or SIGALRM survives exec and changes verdicts.
static void reset_signals(void) {
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, NULL) < 0) fail_step("reset signals", NULL);
}

// A descriptor of this process that tells its children when it has ended.
static int open_self(void) {
  int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
  if (self < 0) fail_step("open a process descriptor", NULL);
  return self;
}

// Asks the kernel to kill this process with its parent, and makes sure that the parent is not dead
// already. A pipe would not do: another box's child may hold the other end.
static void die_with_parent(int parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) fail_step("set the parent-death signal", NULL);
  if (has_ended(parent)) fail_plain("the parent process is gone", "");
}

static void plan_tree(const struct box *box, struct tree *tree) {
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) fail_step("make mounts private", NULL);
  for (size_t i = 0; i < COUNT(shared_paths); i++) tree_add(tree, shared_paths[i]);
  for (size_t i = 0; i < COUNT(devices); i++) tree_add_device(tree, devices[i]);
  for (char *const *bind = box->options->binds; bind && *bind; bind++) tree_add(tree, *bind);
  if (box->options->python) tree_add(tree, box->options->python);
}

static void enter_landlock(const struct box *box) {
  size_t bind_count = 0;
  while (box->options->binds && box->options->binds[bind_count]) bind_count++;
  size_t capacity = COUNT(shared_paths) + COUNT(devices) + COUNT(loaders) + bind_count + 3, count = 0;
  struct landlock_rule *rules = allocate(capacity * sizeof *rules);
  for (size_t i = 0; i < COUNT(shared_paths); i++)
    rules[count++] = (struct landlock_rule){shared_paths[i], landlock_read};
  for (size_t i = 0; i < COUNT(devices); i++)
    rules[count++] = (struct landlock_rule){devices[i], landlock_device};
  for (size_t i = 0; i < COUNT(loaders); i++)
    rules[count++] = (struct landlock_rule){loaders[i], landlock_execute};
  for (size_t i = 0; i < bind_count; i++)
    rules[count++] = (struct landlock_rule){box->options->binds[i], landlock_read};
  if (box->options->python)
    rules[count++] = (struct landlock_rule){box->options->python, landlock_execute};
  if (box->options->layers.has[layer_mountns])
    rules[count++] = (struct landlock_rule){"/scratch", landlock_read};
  landlock_enter(rules);
}

// Moves the chosen descriptors to 0 and up and closes all others.
static void place_descriptors(const int *wanted, int count) {
  int high[count];
  for (int i = 0; i < count; i++) {
    high[i] = wanted[i] < 0 ? -1 : fcntl(wanted[i], F_DUPFD_CLOEXEC, 32);
    if (wanted[i] >= 0 && high[i] < 0) fail_step("keep a descriptor", NULL);
  }
  for (int i = 0; i < count; i++) {
    if (high[i] < 0)
      close(i);
    else if (dup2(high[i], i) < 0)
      fail_step("place a descriptor", NULL);
  }
  if (close_range((unsigned)count, ~0U, 0) < 0) fail_step("close descriptors", NULL);
}

[[noreturn]] static void run_program(const struct box *box, int init, int channel) {
  if (!box->options->layers.has[layer_pidns]) die_with_parent(init);
  int wanted[box_descriptors + 1];
  memcpy(wanted, box->descriptors, sizeof box->descriptors);
  wanted[box_descriptors] = channel; // closed before Python starts
  place_descriptors(wanted, box_descriptors + 1);
  if (box->listens) {
    if (notify_install(box->filter, box_descriptors) < 0)
      fail_step("load, with a listener, the filter of", box->name);
  } else if (box->options->layers.has[layer_seccomp] && policy_load(box->filter) < 0) {
    fail_step("load the filter of", box->name);
  }
  if (box->inside) _exit(box->inside(box->inside_argument));
  execve(box->options->python, (char *const *)box->arguments, environment);
  fail_step("start", box->options->python);
}

// Waits for the program and reaps what it leaves. Watches the supervisor as well: it may have died
// between the look at it and the parent-death signal.
static int wait_for_program(pid_t program, int program_descriptor, int supervisor) {
  struct pollfd watched[] = {{.fd = supervisor, .events = POLLIN}, {.fd = program_descriptor, .events = POLLIN}};
  for (;;) {
    // The end of an orphan wakes nobody; once a second is often enough.
    if (poll(watched, 2, 1000) < 0 && errno != EINTR) fail_step("poll", NULL);
    if (watched[0].revents) fail_plain("the supervisor is gone", "");
    int status;
    pid_t ended;
    while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
      if (ended == program) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (ended < 0 && errno != EINTR) fail_step("wait for the program", NULL);
  }
}

// Process 1 of the box. Nothing here parses anything.
[[noreturn]] static void run_init(const struct box *box, int supervisor, int channel) {
  int self = open_self();
  pid_t program = fork();
  if (program < 0) fail_step("fork", NULL);
  if (program == 0) run_program(box, self, channel);
  int program_descriptor = (int)syscall(SYS_pidfd_open, program, 0);
  if (program_descriptor < 0) fail_step("open a process descriptor", NULL);
  // stderr and the two processes that it watches are all that stays open.
  const int kept[box_descriptors] = {-1, -1, STDERR_FILENO, supervisor, program_descriptor, -1};
  place_descriptors(kept, box_descriptors);
  if (box->options->layers.has[layer_seccomp] && policy_load(box->init_filter) < 0)
    fail_step("load the filter of", "init");
  _exit(wait_for_program(program, 4, 3));
}

// Everything between the clone and the fork of the program. The order is explained in main.c.
[[noreturn]] static void set_up(const struct box *box, int go_ahead, int supervisor, int channel) {
  const struct layers *layers = &box->options->layers;
  set_role(box->name);
  die_with_parent(supervisor);
  char go;
  ssize_t count;
  while ((count = read(go_ahead, &go, 1)) < 0 && errno == EINTR) {}
  if (count != 1) fail_plain("the supervisor is gone", "");
  if (setsid() < 0) fail_step("start a session", NULL);
  reset_signals();
  raise_oom_score();
  bool root = geteuid() == 0;
  struct tree tree = {0};
  if (layers->has[layer_mountns]) plan_tree(box, &tree);
  // Inside a user namespace the new id must own what is mounted next; outside, the mounts need root.
  if (layers->has[layer_userns]) become_inner_user();
  if (layers->has[layer_userns]) forbid_inner_namespaces();
  umask(022); // for the directories of the tree
  if (layers->has[layer_mountns]) tree_enter(&tree);
  else if (chdir("/") < 0) fail_step("enter", "/");
  umask(077);
  if (layers->has[layer_utsns] && sethostname("sandbox", 7) < 0) fail_step("set the host name", NULL);
  lock_capabilities();
  if (root && !layers->has[layer_userns]) become_box_user(box->uid);
  drop_capabilities();
  if (layers->has[layer_rlimits]) set_box_limits(root || layers->has[layer_userns]);
  if (layers->has[layer_no_new_privs] && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    fail_step("set no_new_privs", NULL);
  if (layers->has[layer_landlock]) enter_landlock(box);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) fail_step("become subreaper", NULL);
  // A change of identity clears the parent-death signal.
  die_with_parent(supervisor);
  run_init(box, supervisor, channel);
}

struct box_process box_start(const struct box *box) {
  const struct box_options *options = box->options;
  bool root = geteuid() == 0;
  if (root && setgroups(0, NULL) < 0) fail_step("drop supplementary groups", NULL);
  int go_ahead[2], self = open_self();
  if (pipe2(go_ahead, O_CLOEXEC) < 0) fail_step("make a pipe", NULL);
  int channel[2] = {-1, -1};
  if (box->listens && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) < 0)
    fail_step("make a socket pair", NULL);
  pid_t pid = (pid_t)syscall(SYS_clone, namespace_flags(&options->layers) | SIGCHLD, NULL, NULL, NULL, NULL);
  if (pid < 0) fail_step("clone into new namespaces", NULL);
  if (pid == 0) {
    close(go_ahead[1]);
    set_up(box, go_ahead[0], self, channel[1]);
  }
  close(go_ahead[0]);
  close(self);
  if (box->listens) close(channel[1]);
  int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
  if (pidfd < 0) fail_step("open a process descriptor", NULL);
  // The child waits, so nothing of it escapes the count.
  if (box->cgroup) cgroup_enter(box->cgroup, pid);
  if (options->layers.has[layer_userns])
    write_identity_maps(pid, root ? box->uid : geteuid(), root ? box->uid : getegid());
  if (write(go_ahead[1], "g", 1) != 1) fail_step("start the box", box->name);
  close(go_ahead[1]);
  return (struct box_process){pid, pidfd, channel[0]};
}

void box_kill(const struct box_process *process) {
  if (process->pidfd >= 0) syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0);
}

int box_wait(const struct box_process *process) {
  int status;
  while (waitpid(process->pid, &status, 0) < 0)
    if (errno != EINTR) return 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void kill_orphans(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  for (;;) {
    FILE *children = fopen(path, "re");
    if (!children) break;
    int pid;
    while (fscanf(children, "%d", &pid) == 1) kill(pid, SIGKILL);
    fclose(children);
    if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD) break;
  }
}
