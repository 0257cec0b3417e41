#define _GNU_SOURCE
#include "checks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Prints what was seen; 1 is the status of a layer without an effect.
static int broken(const char *what, int error) {
  dprintf(STDOUT_FILENO, "%s%s%s", what, error ? ": " : "", error ? strerror(error) : "");
  return 1;
}

int check_nothing(const void *unused) {
  (void)unused;
  return 0;
}

int check_no_new_privileges(const void *unused) {
  (void)unused;
  return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : broken("no_new_privs reads back as 0", 0);
}

int check_filter_refuses(const void *unused) {
  (void)unused;
  if (mkdir("/scratch/probe", 0700) == 0) return broken("a refused call succeeded", 0);
  if (errno != EPERM) return broken("a refused call failed otherwise", errno);
  return getppid() >= 0 ? 0 : broken("an allowed call failed", errno);
}

int check_filter_kills(const void *unused) {
  (void)unused;
  long status = ptrace(PTRACE_TRACEME, 0, NULL, NULL);
  return broken("ptrace returned", status < 0 ? errno : 0);
}

int check_forbidden_child(const void *unused) {
  (void)unused;
  pid_t child = fork();
  if (child < 0) return broken("fork", errno);
  if (child == 0) _exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? 1 : 2);
  int status = 0;
  if (waitpid(child, &status, 0) != child) return broken("waitpid", errno);
  if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) return broken("ptrace returned", 0);
  return getpid() > 0 ? 0 : broken("an allowed call failed", errno);
}

int check_foreign_entry(const void *unused) {
  (void)unused;
#if defined(__x86_64__)
  long number = 20; // getpid of i386
  __asm__ volatile("int $0x80" : "+a"(number) : : "memory", "r8", "r9", "r10", "r11");
  return broken("a 32-bit system call returned", 0);
#else
  return broken("not tried on this architecture", 0);
#endif
}

int check_foreign_numbers(const void *unused) {
  (void)unused;
  syscall(0x40000000L | SYS_getpid);
  return broken("an x32 system call returned", errno);
}

int check_landlock(const void *unused) {
  (void)unused;
  if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0) return broken("/etc/passwd could be opened", 0);
  if (errno != EACCES) return broken("/etc/passwd", errno);
  int library = open("/usr/lib", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (library < 0) return broken("/usr/lib", errno);
  close(library);
  return 0;
}

int check_user(const void *unused) {
  (void)unused;
  return getuid() == 1000 && getgid() == 1000 ? 0 : broken("the identity map has no effect", 0);
}

int check_mounts(const void *unused) {
  (void)unused;
  static const char *const hidden[] = {"/home", "/etc/passwd", "/proc/self", "/sys", "/root/.bashrc", "/mnt"};
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
    if (access(hidden[i], F_OK) == 0) return broken("still there: ", 0), broken(hidden[i], 0);
  if (mkdir("/scratch/probe", 0700) == 0) return broken("the root is writable", 0);
  if (errno != EROFS) return broken("writing to /scratch", errno);
  if (mkdir("/usr/lib/probe", 0700) == 0) return broken("/usr/lib is writable", 0);
  if (errno != EROFS) return broken("writing to /usr/lib", errno);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return broken("/dev/null", errno);
  close(null);
  return 0;
}

int check_processes(const void *unused) {
  (void)unused;
  return getppid() == 1 && getpid() == 2 ? 0 : broken("process ids are those of the host", 0);
}

int check_network(const void *unused) {
  (void)unused;
  // Connecting a datagram socket sends nothing; it only asks for a route (TEST-NET-1 has none of ours).
  int file = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (file < 0) return broken("socket", errno);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
  inet_pton(AF_INET, "192.0.2.1", &address.sin_addr);
  int status = connect(file, (struct sockaddr *)&address, sizeof address), error = errno;
  close(file);
  if (status == 0) return broken("there is a route to the outside", 0);
  return error == ENETUNREACH ? 0 : broken("connect", error);
}

int check_host_name(const void *unused) {
  (void)unused;
  char name[65] = "";
  gethostname(name, sizeof name - 1);
  return strcmp(name, "sandbox") == 0 ? 0 : broken("the host name shows through", 0);
}

int check_other_namespace(const void *link) {
  const char *outside = link;
  char path[64], inside[64] = "";
  snprintf(path, sizeof path, "/proc/self/ns/%.*s", (int)strcspn(outside, ":"), outside);
  if (readlink(path, inside, sizeof inside - 1) < 0) return broken(path, errno);
  return strcmp(inside, outside) != 0 ? 0 : broken("the namespace is the host's", 0);
}

int check_cgroup(const void *unused) {
  (void)unused;
  char text[4096] = "";
  int file = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
  if (file < 0 || read(file, text, sizeof text - 1) < 0) return broken("/proc/self/cgroup", errno);
  close(file);
  const char *own = strstr(text, "0::/");
  return own && strstr(own, "/evalkit-") ? 0 : broken("the box is not in the control group", 0);
}

int check_limits(const void *unused) {
  (void)unused;
  struct rlimit core, files;
  if (getrlimit(RLIMIT_CORE, &core) < 0 || getrlimit(RLIMIT_NOFILE, &files) < 0)
    return broken("getrlimit", errno);
  if (core.rlim_max != 0 || files.rlim_max > 64) return broken("limits read back higher than set", 0);
  int opened = 0;
  while (opened <= 64 && dup(STDOUT_FILENO) >= 0) opened++;
  return opened <= 64 ? 0 : broken("the limit of open files has no effect", 0);
}

int check_descriptors(const void *unused) {
  (void)unused;
  for (int file = 0; file < 4096; file++) {
    bool wanted = file == STDOUT_FILENO || file == STDERR_FILENO;
    if ((fcntl(file, F_GETFD) >= 0) != wanted) return broken("a descriptor is open that should not be", 0);
  }
  return 0;
}

int check_identity(const void *unused) {
  (void)unused;
  if (getuid() == 0 || getgid() == 0) return broken("the box is root", 0);
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {0};
  if (syscall(SYS_capget, &header, data) < 0) return broken("capget", errno);
  for (int i = 0; i < 2; i++)
    if (data[i].effective | data[i].permitted | data[i].inheritable) return broken("capabilities are left", 0);
  return setresuid(0, 0, 0) < 0 ? 0 : broken("the box could become root", 0);
}
