// Objects of CPython, as far as bulk.py has made sure of their layout, and a walk over the items of rows.
#pragma once

#include "entry.h"
#include "syscall.h"

struct object {
  int64_t references;
  uint64_t type;
  uint64_t rest[]; // a float's value; the number of items of a list or tuple, then where they are or they themselves
};

// Calls VISIT(item) for the items from where `walk` stands on: until `room` have been visited when something is
// written, else for all. VISIT returns from the function when an item is not what it must be.
#define FOR_ITEMS(walk, VISIT)                                                              \
  for ((walk)->items = 0; (walk)->row < (walk)->row_count; (walk)->row++, (walk)->column = 0) { \
    const struct object *row = ((const struct object *const *)(walk)->rows)[(walk)->row];   \
    if (row->type != (walk)->row_type) return 0;                                            \
    const uint64_t *places = (walk)->are_lists ? (const uint64_t *)row->rest[1] : row->rest + 1; \
    for (; (walk)->column < row->rest[0]; (walk)->column++, (walk)->items++) {              \
      if ((walk)->out && (walk)->items == (walk)->room) return 1;                           \
      VISIT((const struct object *)places[(walk)->column]);                                 \
    }                                                                                       \
  }
