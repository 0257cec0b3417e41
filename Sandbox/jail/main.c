// evalkit-jail: runs the judge and the candidates of one slot in two boxes.
//
// Theory of operation
//
//   runner (Swift) -- stdin/stdout --> supervisor (this process; outside of the boxes)
//                                        |- box "judge":  init (C, pid 1) -> Python: judge
//                                        `- box "zygote": init (C, pid 1) -> Python: zygote -> candidates
//
// Who is who. The supervisor waits and kills; it reads nothing that a box wrote, and not even its standard
// input, which belongs to the judge. The judge holds the expected values and never runs a program. The
// zygote forks one process per candidate (from the second of a task on by way of one that has parsed the
// task's inputs), and the candidate loads the policy `strict` on top of everything below before it compiles
// a byte that a model wrote. A verdict is reached by comparing values in the judge, so owning the
// candidate's process wins nothing.
//
// Descriptors. Judge: 0 and 1 the runner's pipes, 2 stderr, 3 the socket to the zygote, 4 the supervisor's
// notices, 5 its modules. Zygote: 0 and 1 /dev/null, 2 stderr, 3 the socket to the judge, 4 the BPF of
// `strict` and the code that loads it (Sandbox/entry), 5 its modules. Everything else is closed. 5, and the
// zygote's 4, are read to the end and closed before the first message.
//
// Forbidden calls (notify.c). The zygote's filter asks a listener about the calls of attack.policy, and the
// supervisor holds it: the box sent it through a socket pair before Python started. The supervisor makes
// sure that the question still stands, writes "PROCESS CALL [ARGUMENT]" to the pipe that is the judge's 4
// (/dev/null when the layer is missing), and kills the process; it looks at registers only and lets nothing
// through. The judge finds the name there when it hears of the end. Without a listener, or when nobody holds
// it any more, the calls kill or fail.
//
// The steps of a box, and why in this order (box.c):
//   1. clone with the namespaces in one call; the user namespace comes first and pays for the others.
//   2. The parent writes the identity maps; the child waits. As root each box is a kernel user of its own
//      (accounts.c: the first two ids from --job-uid on that nobody has), never 0: RLIMIT_NPROC does not
//      bind user 0, and files of root would be its own.
//      Where control groups can be made (cgroup.c), the child is put into the slot's before it goes on.
//   3. The child, still its parent's kernel user, opens every source of the tree (tree.c): a Python
//      below a private home directory can be reached only now.
//   4. It becomes the inner user; its capabilities are those of the new namespace. Without this step a
//      new tmpfs could not be written (its owner would not be mapped).
//   5. tmpfs, read-only mounts from the opened sources, pivot_root, old root detached, root read-only.
//   6. Capabilities go, for good; then limits; then no_new_privs, which Landlock and seccomp need.
//   7. Landlock after the last mount, because it forbids mounting.
//   8. init forks Python's process: descriptors in place, filter, exec. The filter comes last because it
//      refuses most of the above. init keeps a filter of its own that lets it wait and exit.
//
// Ends. The supervisor watches for the hang-up of its standard input and output, SIGTERM, and the end of
// a box. Whatever comes first, it sends SIGKILL to both inits, and the kernel kills all of a process
// namespace with its init. If the supervisor is killed, the parent-death signal takes the inits, which
// also watch a process descriptor of it. Without process namespaces the chain is: parent-death signals
// downwards, and the supervisor, a subreaper, kills what is left. A step that fails writes one line and
// exits 113: nothing untrusted has run.
//
// What this does not defend against: bugs of the kernel in the calls that the policies allow, CPU side
// channels, a hostile Python installation, and whoever passes --without; that is refused for the layers
// without which nothing else holds, unless --insecure is said as well.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "box.h"
#include "probe.h"
#include "report.h"
#include "slot.h"
#include "try.h"

enum { first_account = 60000 };

static int usage(const char *problem) {
  fprintf(stderr,
          "evalkit-jail: %s\n"
          "usage: evalkit-jail slot --python EXE [OPTION]...\n"
          "       evalkit-jail probe [--python EXE] [--quick] [OPTION]...\n"
          "       evalkit-jail policies [--without LAYER]...\n"
          "       evalkit-jail entry\n"
          "options: --bind PATH, --job-uid N, --memory BYTES, --without LAYER, --insecure\n",
          problem);
  return exit_usage;
}

static const char *leave_out(struct layers *layers, const char *name) {
  for (int layer = 0; layer < layer_count; layer++) {
    if (strcmp(name, layer_names[layer]) != 0) continue;
    layers->has[layer] = false;
    return NULL;
  }
  return "--without takes userns, mountns, pidns, netns, ipcns, utsns, cgroupns, landlock, notify or cgroup, "
         "and with --insecure no_new_privs, seccomp or rlimits; every other layer is mandatory";
}

// Why no box can be made of these layers, or NULL. The layers that others rest upon go with them.
static const char *check_layers(struct layers *layers, bool insecure) {
  if (!layers->has[layer_seccomp]) layers->has[layer_notify] = false;
  if (!layers->has[layer_no_new_privs] && (layers->has[layer_seccomp] || layers->has[layer_landlock]))
    return "seccomp and landlock need no_new_privs, which is mandatory without --insecure";
  if (insecure) return NULL;
  for (int layer = first_mandatory_layer; layer < layer_count; layer++)
    if (!layers->has[layer]) return "no_new_privs, seccomp and rlimits are mandatory without --insecure";
  if (!layers->has[layer_mountns] && !layers->has[layer_landlock])
    return "a box needs mountns or landlock, or --insecure";
  return NULL;
}

static const char *read_uid(uid_t *uid, const char *text) {
  char *end = NULL;
  unsigned long value = strtoul(text, &end, 10);
  if (!*text || *end || value == 0 || value > 0x7fffffff) return "--job-uid takes a number above 0";
  *uid = (uid_t)value;
  return NULL;
}

static const char *read_memory(uint64_t *memory, const char *text) {
  char *end = NULL;
  unsigned long long value = strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end || value > UINT64_C(1) << 50)
    return "--memory takes the bytes that a candidate may have, 0 for no limit";
  *memory = value;
  return NULL;
}

int main(int count, char **words) {
  if (count < 2) return usage("no command");
  signal(SIGPIPE, SIG_IGN); // a box that failed must not take the supervisor's report with it
  struct box_options options = {.layers = all_layers()};
  uid_t first_uid = first_account;
  char **binds = allocate((size_t)count * sizeof *binds);
  size_t bind_count = 0;
  options.binds = binds;
  bool insecure = false;
  int at = 2;
  for (; at < count && strncmp(words[at], "--", 2) == 0; at += 2) {
    bool *flag = strcmp(words[at], "--insecure") == 0 ? &insecure
                 : strcmp(words[at], "--quick") == 0  ? &options.is_quick
                                                      : NULL;
    if (flag) {
      *flag = true;
      at--; // has no value
      continue;
    }
    if (strcmp(words[at], "--") == 0 || at + 1 == count) return usage("an option without a value");
    const char *value = words[at + 1], *problem = NULL;
    if (strcmp(words[at], "--python") == 0) options.python = value;
    else if (strcmp(words[at], "--bind") == 0) binds[bind_count++] = words[at + 1];
    else if (strcmp(words[at], "--job-uid") == 0) problem = read_uid(&first_uid, value);
    else if (strcmp(words[at], "--memory") == 0) problem = read_memory(&options.memory, value);
    else if (strcmp(words[at], "--without") == 0) problem = leave_out(&options.layers, value);
    else problem = "unknown option";
    if (problem) return usage(problem);
  }
  const char *problem = check_layers(&options.layers, insecure);
  if (problem) return usage(problem);
  if (options.python && *options.python != '/') return usage("--python takes an absolute path");
  bool has_boxes = strcmp(words[1], "policies") != 0 && strcmp(words[1], "entry") != 0;
  if (geteuid() == 0 && has_boxes) options.accounts = take_accounts(first_uid);
  if (strcmp(words[1], "try-syscall") == 0) return try_system_call(&options, words + at);
  if (strcmp(words[1], "try-python") == 0) return try_python(&options, words + at);
  if (at < count) return usage("unexpected argument");
  if (strcmp(words[1], "entry") == 0) return print_entry();
  if (strcmp(words[1], "policies") == 0) return print_policies(&options.layers);
  if (strcmp(words[1], "probe") == 0) return probe(&options);
  if (strcmp(words[1], "slot") != 0) return usage("unknown command");
  if (!options.python) return usage("slot needs --python");
  return run_slot(&options);
}
