// The file tree of a box: an empty tmpfs that shows some host paths, read-only, at their own places.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct tree_entry {
  char *path;   // in the box, absolute
  char *target; // of a symbolic link, or NULL
  int source;   // O_PATH descriptor of what is bound, or -1
  bool directory;
  bool device;
};

struct tree {
  struct tree_entry *entries;
  size_t count;
};

// Notes `path` and every symbolic link on the way to it. Opens the source now, with the identity that
// can still reach it. What does not exist is skipped; what lies below a noted directory is there already.
void tree_add(struct tree *tree, const char *path);
void tree_add_device(struct tree *tree, const char *path);

// Builds the tree, makes it the root of this mount namespace, and leaves the old root.
void tree_enter(const struct tree *tree);
