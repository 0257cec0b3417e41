// The policy compiler. The syntax is at the top of Policies/common.policy.
#define _GNU_SOURCE
#include "policy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "embedded.h"
#include "jail.h"

const char *const policy_roles[] = {"strict", "zygote", "judge", "init", NULL};

// Flags of clone that make a namespace. CLONE_NEWTIME (0x80) lies in the exit-signal byte of clone and
// is no signal that anybody uses.
#define CLONE_NAMESPACES                                                                       \
  (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
   CLONE_NEWNET | 0x80)
// O_TMPFILE contains O_DIRECTORY, which reading a directory sets; this is the bit that is its own.
#define O_TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)
// O_CREAT and the like are octal ints; fcntl.h of glibc names F_GETPIPE_SZ only with _GNU_SOURCE.
#define CONSTANT(name) {#name, (uint32_t)(name)}

static const struct {
  const char *name;
  uint32_t value;
} constants[] = {
    CONSTANT(O_ACCMODE),     CONSTANT(O_CREAT),         CONSTANT(O_TRUNC),
    CONSTANT(O_TMPFILE_BIT), CONSTANT(O_RDONLY),        CONSTANT(CLONE_THREAD),
    CONSTANT(CLONE_NEWNS),   CONSTANT(CLONE_NEWCGROUP), CONSTANT(CLONE_NEWUTS),
    CONSTANT(CLONE_NEWIPC),  CONSTANT(CLONE_NEWUSER),   CONSTANT(CLONE_NEWPID),
    CONSTANT(CLONE_NEWNET),  CONSTANT(CLONE_NAMESPACES), CONSTANT(AF_UNIX),
    CONSTANT(AF_INET),       CONSTANT(AF_INET6),        CONSTANT(AF_VSOCK),
    CONSTANT(AF_ALG),        CONSTANT(AF_PACKET),       CONSTANT(TCGETS),
    CONSTANT(TIOCGWINSZ),    CONSTANT(FIONREAD),        CONSTANT(FIONBIO),
    CONSTANT(FIOCLEX),       CONSTANT(FIONCLEX),        CONSTANT(TIOCSTI),
    CONSTANT(TIOCLINUX),     CONSTANT(F_DUPFD),         CONSTANT(F_DUPFD_CLOEXEC),
    CONSTANT(F_GETFD),       CONSTANT(F_SETFD),         CONSTANT(F_GETFL),
    CONSTANT(F_SETFL),       CONSTANT(F_GETPIPE_SZ),    CONSTANT(F_SETPIPE_SZ),    CONSTANT(PR_SET_NAME),
    CONSTANT(PR_GET_NAME),   CONSTANT(PR_GET_DUMPABLE), CONSTANT(PR_SET_DUMPABLE),
    CONSTANT(PR_SET_NO_NEW_PRIVS), CONSTANT(PR_SET_PDEATHSIG), CONSTANT(PR_GET_PDEATHSIG),
    CONSTANT(PR_SET_SECCOMP),    CONSTANT(SECCOMP_MODE_FILTER),
};

struct compilation {
  scmp_filter_ctx filter;
  const char *exec_path;
  uint32_t attack; // the action of that statement
  const char *file;
  int line;
  int depth;
  bool revokes; // what the lines of this file let through is refused
};

[[noreturn]] static void reject(const struct compilation *at, const char *problem, const char *word) {
  char text[256];
  snprintf(text, sizeof text, "%s line %d: %s '%s'", at->file, at->line, problem, word);
  fail_plain("compile policy", text);
}

static uint64_t parse_word(const struct compilation *at, const char *word) {
  if (strcmp(word, "$self") == 0) return SELF_PLACEHOLDER;
  if (strcmp(word, "$exec") == 0) return (uint64_t)(uintptr_t)at->exec_path;
  if (*word >= '0' && *word <= '9') {
    char *end = NULL;
    errno = 0;
    uint64_t value = strtoull(word, &end, 0);
    if (*end || errno) reject(at, "not a number:", word);
    return value;
  }
  for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
    if (strcmp(word, constants[i].name) == 0) return constants[i].value;
  reject(at, "unknown constant", word);
}

static uint64_t parse_value(const struct compilation *at, const char *text) {
  char copy[256], *rest = copy, *word;
  if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy) reject(at, "too long:", text);
  uint64_t value = 0;
  while ((word = strsep(&rest, "|"))) value |= parse_word(at, word);
  return value;
}

// Words after `if`: [wide] argN [& MASK] == VALUE [and ...], or wide argN != VALUE. Returns the number of
// comparisons.
static unsigned parse_condition(const struct compilation *at, char **words, size_t count,
                                struct scmp_arg_cmp *comparisons) {
  unsigned found = 0;
  size_t i = 0;
  while (i < count) {
    bool wide = strcmp(words[i], "wide") == 0;
    if (wide) i++;
    if (i + 2 >= count || strncmp(words[i], "arg", 3) != 0 || words[i][3] < '0' || words[i][3] > '5' ||
        words[i][4])
      reject(at, "expected argN and a comparison, got", i < count ? words[i] : "the end of the line");
    struct scmp_arg_cmp *comparison = &comparisons[found++];
    comparison->arg = (unsigned)(words[i][3] - '0');
    comparison->op = SCMP_CMP_MASKED_EQ;
    comparison->datum_a = wide ? UINT64_MAX : UINT32_MAX;
    i++;
    if (strcmp(words[i], "&") == 0) {
      if (wide || i + 3 >= count) reject(at, "a mask needs 32 bits and == VALUE, at", words[i]);
      comparison->datum_a = parse_value(at, words[i + 1]) & UINT32_MAX;
      i += 2;
    }
    bool differs = wide && strcmp(words[i], "!=") == 0;
    if (!differs && strcmp(words[i], "==") != 0) reject(at, "expected '==', got", words[i]);
    comparison->datum_b = parse_value(at, words[i + 1]);
    if (comparison->datum_b & ~comparison->datum_a) reject(at, "value outside of its mask:", words[i + 1]);
    if (differs) comparison->op = SCMP_CMP_NE, comparison->datum_a = comparison->datum_b;
    i += 2;
    if (i < count) {
      if (strcmp(words[i], "and") != 0 || i + 1 == count || found == 6)
        reject(at, "expected 'and' and a comparison, got", words[i]);
      i++;
    }
  }
  if (found == 0) reject(at, "empty condition after", "if");
  return found;
}

static uint32_t parse_errno(const struct compilation *at, const char *word) {
  if (strcmp(word, "EPERM") == 0) return SCMP_ACT_ERRNO(EPERM);
  if (strcmp(word, "ENOSYS") == 0) return SCMP_ACT_ERRNO(ENOSYS);
  if (strcmp(word, "EACCES") == 0) return SCMP_ACT_ERRNO(EACCES);
  reject(at, "unknown error", word);
}

static void compile_file(struct compilation *at, const char *name, bool revokes);

static void add_rules(struct compilation *at, uint32_t action, char **words, size_t count) {
  size_t names = 0;
  while (names < count && strcmp(words[names], "if") != 0) names++;
  if (names == 0) reject(at, "no system call is named on", "this line");
  struct scmp_arg_cmp comparisons[6];
  unsigned conditions = 0;
  if (names < count) conditions = parse_condition(at, words + names + 1, count - names - 1, comparisons);
  for (size_t i = 0; i < names; i++) {
    int number = seccomp_syscall_resolve_name(words[i]);
    if (number == __NR_SCMP_ERROR) reject(at, "unknown system call", words[i]);
    if (number < 0) continue; // exists on other architectures only
    int status = seccomp_rule_add_array(at->filter, action, number, conditions, comparisons);
    if (status < 0) {
      errno = -status;
      reject(at, strerror(errno), words[i]);
    }
  }
}

enum { most_words = 64 };

static size_t split(const struct compilation *at, char *line, char *words[most_words]) {
  char *word;
  size_t count = 0;
  line[strcspn(line, "#")] = 0;
  while ((word = strsep(&line, " \t"))) {
    if (!*word) continue;
    if (count == most_words) reject(at, "too many words before", word);
    words[count++] = word;
  }
  return count;
}

static void compile_line(struct compilation *at, char *line) {
  char *words[most_words];
  size_t count = split(at, line, words);
  if (count == 0) return;
  if (count < 2) reject(at, "incomplete statement", words[0]);
  if (at->revokes) {
    if (strcmp(words[0], "include") == 0) return;
    if (strcmp(words[0], "allow") != 0) reject(at, "cannot be revoked:", words[0]);
    return add_rules(at, SCMP_ACT_ERRNO(EPERM), words + 1, count - 1);
  }
  if (strcmp(words[0], "allow") == 0) return add_rules(at, SCMP_ACT_ALLOW, words + 1, count - 1);
  if (strcmp(words[0], "attack") == 0) return add_rules(at, at->attack, words + 1, count - 1);
  if (strcmp(words[0], "errno") == 0)
    return add_rules(at, parse_errno(at, words[1]), words + 2, count - 2);
  if (strcmp(words[0], "include") == 0) return compile_file(at, words[1], false);
  if (strcmp(words[0], "revoke") == 0) return compile_file(at, words[1], true);
  if (strcmp(words[0], "default") == 0) {
    if (parse_errno(at, words[1]) != SCMP_ACT_ERRNO(EPERM)) reject(at, "default is not", "EPERM");
    return;
  }
  reject(at, "unknown statement", words[0]);
}

// Goes to the text `name`, before its first line.
static const struct text *find_text(struct compilation *at, const char *name) {
  const struct text *text = policy_texts;
  while (text->name && strcmp(text->name, name) != 0) text++;
  if (!text->name) reject(at, "no policy file", name);
  at->file = text->name;
  at->line = 0;
  return text;
}

// Copies the line that begins at `*start` and moves on; false at the end of the text.
static bool next_line(struct compilation *at, const struct text *text, size_t *start, char line[512]) {
  if (*start >= text->count) return false;
  const unsigned char *begin = text->bytes + *start;
  const unsigned char *newline = memchr(begin, '\n', text->count - *start);
  size_t length = newline ? (size_t)(newline - begin) : text->count - *start;
  at->line++;
  if (length >= 512) reject(at, "line too long in", at->file);
  memcpy(line, begin, length);
  line[length] = 0;
  *start += length + 1;
  return true;
}

static void compile_file(struct compilation *at, const char *name, bool revokes) {
  if (at->depth == 4) reject(at, "too many nested includes:", name);
  struct compilation inner = *at;
  inner.depth++;
  inner.revokes = revokes;
  const struct text *text = find_text(&inner, name);
  char line[512];
  for (size_t start = 0; next_line(&inner, text, &start, line);) compile_line(&inner, line);
}

void policy_name_argument(const char *call, const uint64_t arguments[6], char *name, size_t capacity) {
  struct compilation at = {.file = "attack.policy"};
  const struct text *text = find_text(&at, "attack.policy");
  char line[512], *words[most_words];
  name[0] = 0;
  for (size_t start = 0; next_line(&at, text, &start, line);) {
    size_t count = split(&at, line, words);
    if (count < 4 || strcmp(words[1], call) != 0 || strcmp(words[2], "if") != 0) continue;
    struct scmp_arg_cmp wanted[6];
    if (parse_condition(&at, words + 3, count - 3, wanted) != 1) continue;
    if ((arguments[wanted[0].arg] & wanted[0].datum_a) != wanted[0].datum_b) continue;
    snprintf(name, capacity, "%s", words[count - 1]);
    return;
  }
}

// The table is at the top of common.policy.
static uint32_t attack_action(const char *role, bool notify) {
  if (notify && strcmp(role, "zygote") == 0) return SCMP_ACT_NOTIFY;
  return SCMP_ACT_KILL_PROCESS;
}

// Whether a policy only takes back what a filter beneath it lets through.
static bool is_revoking(struct compilation *at) {
  const struct text *text = find_text(at, at->file);
  char line[512], *words[most_words];
  for (size_t start = 0; next_line(at, text, &start, line);)
    if (split(at, line, words) && strcmp(words[0], "revoke") == 0) return true;
  return false;
}

static struct bpf export_filter(scmp_filter_ctx filter) {
  int file = memfd_create("filter", MFD_CLOEXEC);
  if (file < 0) fail_step("create a memory file", "filter");
  int status = seccomp_export_bpf(filter, file);
  if (status < 0) {
    errno = -status;
    fail_step("export a filter", NULL);
  }
  struct stat info;
  if (fstat(file, &info) < 0) fail_step("measure a filter", NULL);
  size_t bytes = (size_t)info.st_size;
  struct bpf program = {allocate(bytes), (unsigned short)(bytes / sizeof(struct sock_filter))};
  if (bytes == 0 || bytes / sizeof(struct sock_filter) > BPF_MAXINSNS)
    fail_plain("export a filter", "(empty or too long)");
  if (pread(file, program.code, bytes, 0) != (ssize_t)bytes) fail_step("read a filter", NULL);
  close(file);
  return program;
}

struct bpf policy_compile(const char *name, const char *exec_path, bool notify) {
  char file[64];
  snprintf(file, sizeof file, "%s.policy", name);
  struct compilation at = {.exec_path = exec_path, .attack = attack_action(name, notify), .file = file};
  scmp_filter_ctx filter = seccomp_init(is_revoking(&at) ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
  at.filter = filter;
  if (!filter || seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) < 0 ||
      seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) < 0)
    fail_plain("start a filter", "(libseccomp 2.5 or later is needed)");
  compile_file(&at, file, false);
  struct bpf program = export_filter(filter);
  seccomp_release(filter);
  return program;
}

int policy_load(const struct bpf *program) {
  struct sock_fprog header = {.len = program->count, .filter = program->code};
  // TSYNC returns the id of a thread that could not follow; there is only one thread, so that is a fault.
  long status = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &header);
  if (status > 0) errno = ESRCH;
  return status == 0 ? 0 : -1;
}

int policy_load_listening(const struct bpf *program) {
  struct sock_fprog header = {.len = program->count, .filter = program->code};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &header);
}

uint64_t fingerprint_bytes(uint64_t state, const void *bytes, size_t count) {
  const unsigned char *at = bytes;
  for (size_t i = 0; i < count; i++) state = (state ^ at[i]) * UINT64_C(0x100000001b3);
  return state;
}

uint64_t policy_fingerprint(const struct bpf *program) {
  return fingerprint_bytes(FINGERPRINT_START, program->code, program->count * sizeof *program->code);
}
