// Objects of CPython, as far as bulk.py has made sure of their layout, and a walk over the items of rows.
#pragma once

#include "entry.h"
#include "syscall.h"

struct object {
  int64_t references;
  uint64_t type;
  uint64_t rest[]; // a float's value; the number of items of a list or tuple, then where they are or they themselves
};

// Moves on over the next items that lie side by side, `run`; when something is written over no more than there is room
// for. Returns how many; 0 when no room or item is left, and -1 at a row that is not what it must be.
INLINE int64_t next_run(struct items *walk, const struct object *const **run) {
  uint64_t room = walk->out ? walk->room - walk->items : UINT64_MAX;
  while (room && walk->row < walk->row_count) {
    const struct object *row = ((const struct object *const *)walk->rows)[walk->row];
    if (row->type != walk->row_type || row->rest[0] < walk->column) return -1;
    uint64_t left = row->rest[0] - walk->column, count = left < room ? left : room;
    uint64_t items = walk->are_lists ? row->rest[1] : (uint64_t)(row->rest + 1);
    *run = (const struct object *const *)items + walk->column;
    walk->items += count;
    walk->column += count;
    if (count == left) walk->row++, walk->column = 0;
    if (count) return (int64_t)count;
  }
  return 0;
}

// What an int is when it has at most 64 bits; else `overflow` is set. `function` is PyLong_AsLongLongAndOverflow.
INLINE int64_t integer(uint64_t function, const struct object *object, int *overflow) {
  return ((int64_t(*)(const struct object *, int *))function)(object, overflow);
}
