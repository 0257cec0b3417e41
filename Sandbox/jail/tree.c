#define _GNU_SOURCE
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail.h"

// sys/mount.h and linux/mount.h declare the same names in some versions of glibc.
int mount(const char *, const char *, const char *, unsigned long, const void *);
int umount2(const char *, int);
enum { mount_nosuid = 2, mount_nodev = 4, mount_rec = 16384, mount_private = 1 << 18, umount_detach = 2 };
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

static bool lies_below(const char *path, const char *top) {
  size_t length = strlen(top);
  return strncmp(path, top, length) == 0 && (path[length] == 0 || path[length] == '/');
}

static bool is_visible(const struct tree *tree, const char *path) {
  for (size_t i = 0; i < tree->count; i++) {
    const struct tree_entry *entry = &tree->entries[i];
    if (entry->source >= 0 && lies_below(path, entry->path)) return true;
  }
  return false;
}

static void append(struct tree *tree, struct tree_entry entry) {
  for (size_t i = 0; i < tree->count; i++)
    if (strcmp(tree->entries[i].path, entry.path) == 0) return;
  struct tree_entry *grown = reallocarray(tree->entries, tree->count + 1, sizeof *grown);
  if (!grown) fail_step("allocate memory", NULL);
  grown[tree->count++] = entry;
  tree->entries = grown;
}

// Whole worlds that no interpreter needs and that would undo the tree.
static void refuse_world(const char *path) {
  static const char *const exact[] = {"/", "/home", "/root", "/etc", "/var", "/tmp", "/run", NULL};
  static const char *const below[] = {"/proc", "/sys", "/dev", NULL};
  bool refused = false;
  for (const char *const *at = exact; *at; at++) refused |= strcmp(path, *at) == 0;
  for (const char *const *at = below; *at; at++) refused |= lies_below(path, *at);
  if (refused) fail_plain("refuse to show in the box:", path);
}

static void add_resolved(struct tree *tree, const char *path, bool device) {
  if (!device) refuse_world(path);
  if (is_visible(tree, path)) return;
  int source = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  struct stat info;
  if (source < 0 || fstat(source, &info) < 0) {
    if (errno == ENOENT || errno == EACCES) return;
    fail_step("open for the box", path);
  }
  append(tree, (struct tree_entry){.path = copy_text(path),
                                   .source = source,
                                   .directory = S_ISDIR(info.st_mode),
                                   .device = device});
}

// Appends "/name" to the resolved prefix, or takes the last name off for "..".
static void step_down(char *resolved, size_t capacity, const char *name) {
  if (strcmp(name, "..") == 0) {
    char *slash = strrchr(resolved, '/');
    if (slash) *slash = 0;
    return;
  }
  size_t length = strlen(resolved);
  if ((size_t)snprintf(resolved + length, capacity - length, "/%s", name) >= capacity - length)
    fail_plain("path is too long:", name);
}

void tree_add(struct tree *tree, const char *path) {
  if (*path != '/') fail_plain("path is not absolute:", path);
  char pending[2 * PATH_MAX], resolved[PATH_MAX] = "";
  if ((size_t)snprintf(pending, sizeof pending, "%s", path) >= PATH_MAX)
    fail_plain("path is too long:", path);
  int links = 0;
  while (*pending) {
    char name[NAME_MAX + 2], rest[PATH_MAX], before[PATH_MAX], target[PATH_MAX];
    size_t start = strspn(pending, "/"), length = strcspn(pending + start, "/");
    if (length > NAME_MAX) fail_plain("name is too long in", path);
    memcpy(name, pending + start, length);
    name[length] = 0;
    snprintf(rest, sizeof rest, "%s", pending + start + length);
    memcpy(pending, rest, strlen(rest) + 1);
    if (length == 0 || strcmp(name, ".") == 0) continue;
    memcpy(before, resolved, sizeof before);
    step_down(resolved, sizeof resolved, name);
    struct stat info;
    if (lstat(*resolved ? resolved : "/", &info) < 0) {
      if (errno == ENOENT || errno == EACCES || errno == ENOTDIR) return;
      fail_step("look up for the box", path);
    }
    if (!S_ISLNK(info.st_mode)) continue;
    ssize_t count = readlink(resolved, target, sizeof target - 1);
    if (count <= 0 || ++links > 40) fail_plain("cannot follow the links of", path);
    target[count] = 0;
    if (!is_visible(tree, resolved))
      append(tree, (struct tree_entry){
                       .path = copy_text(resolved), .target = copy_text(target), .source = -1});
    if ((size_t)snprintf(pending, sizeof pending, "%s/%s", target, rest) >= PATH_MAX)
      fail_plain("path is too long:", path);
    memcpy(resolved, *target == '/' ? "" : before, *target == '/' ? 1 : sizeof before);
  }
  add_resolved(tree, *resolved ? resolved : "/", false);
}

void tree_add_device(struct tree *tree, const char *path) { add_resolved(tree, path, true); }

// An existing directory to mount on that shows nothing of what is bound, and is not shown itself.
static const char *choose_mount_point(const struct tree *tree) {
  static const char *const choices[] = {"/mnt", "/media", "/srv", "/opt", "/tmp", NULL};
  for (const char *const *choice = choices; *choice; choice++) {
    struct stat info;
    bool usable = lstat(*choice, &info) == 0 && S_ISDIR(info.st_mode);
    for (size_t i = 0; usable && i < tree->count; i++)
      usable = !lies_below(*choice, tree->entries[i].path) && !lies_below(tree->entries[i].path, *choice);
    if (usable) return *choice;
  }
  fail_plain("find a directory to mount the box on:", "none of /mnt /media /srv /opt /tmp is free");
}

// Makes the directories above `path`; relative to the new root, which is the working directory.
static void make_parents(const char *path) {
  char partial[PATH_MAX];
  snprintf(partial, sizeof partial, "%s", path + 1);
  for (char *at = partial; *at; at++) {
    if (*at != '/') continue;
    *at = 0;
    if (mkdir(partial, 0755) < 0 && errno != EEXIST) fail_step("make directory in the box", partial);
    *at = '/';
  }
}

static void show(const struct tree_entry *entry) {
  const char *place = entry->path + 1;
  make_parents(entry->path);
  if (entry->target) {
    if (symlink(entry->target, place) < 0) fail_step("make link in the box", entry->path);
    return;
  }
  if (entry->directory) {
    if (mkdir(place, 0755) < 0 && errno != EEXIST) fail_step("make directory in the box", entry->path);
  } else {
    int file = open(place, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0) fail_step("make file in the box", entry->path);
    close(file);
  }
  // By descriptor, not by path: the source is the one that was looked at, whatever covers it now.
  unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE;
  int copy = (int)syscall(SYS_open_tree, entry->source, "", flags);
  if (copy < 0) fail_step("copy mount", entry->path);
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
  attributes.attr_set |= entry->device ? MOUNT_ATTR_NOEXEC : MOUNT_ATTR_NODEV;
  if (syscall(SYS_mount_setattr, copy, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) < 0)
    fail_step("make mount read-only", entry->path);
  if (syscall(SYS_move_mount, copy, "", AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH) < 0)
    fail_step("attach mount", entry->path);
  close(copy);
  close(entry->source);
}

void tree_enter(const struct tree *tree) {
  const char *root = choose_mount_point(tree);
  if (mount("tmpfs", root, "tmpfs", mount_nosuid | mount_nodev, "size=1m,nr_inodes=1024,mode=755") < 0)
    fail_step("mount tmpfs on", root);
  if (chdir(root) < 0) fail_step("enter", root);
  for (size_t i = 0; i < tree->count; i++) show(&tree->entries[i]);
  if (mkdir("scratch", 0755) < 0) fail_step("make directory in the box", "/scratch");
  if (syscall(SYS_pivot_root, ".", ".") < 0) fail_step("pivot_root", NULL);
  if (umount2(".", umount_detach) < 0) fail_step("leave the old root", NULL);
  if (chdir("/") < 0) fail_step("enter", "/");
  struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
  if (syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &read_only, sizeof read_only) < 0)
    fail_step("make the root read-only", NULL);
  if (chdir("/scratch") < 0) fail_step("enter", "/scratch");
}
