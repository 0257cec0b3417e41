#include <stdbool.h>

#include "entry.h"
#include "syscall.h"

// A variable object of CPython: count of references, type, number of items; then, in a tuple, the items.
struct variable_object {
  int64_t references;
  uint64_t type;
  int64_t size;
  uint64_t rest[];
};

enum { most_objects = 256, slot_count = 1024 };

// The number of `object`, a new one if need be; -1 when it is not what it must be or one too many.
INLINE int number_of(struct identity *task, uint64_t object) {
  uint32_t slot = (uint32_t)(object >> 4 ^ object >> 14) % slot_count;
  while (task->slots[slot]) {
    if (task->objects[task->slots[slot] - 1] == object) return task->slots[slot] - 1;
    slot = (slot + 1) % slot_count;
  }
  if (task->count == most_objects || ((const struct variable_object *)object)->type != task->item_type)
    return -1;
  task->objects[task->count] = object;
  task->slots[slot] = (uint16_t)(task->count + 1);
  return (int)task->count++;
}

ENTRY int32_t identify(struct identity *task, uint64_t rows) {
  const uint64_t *outer = (const uint64_t *)task->outer_items;
  uint8_t *out = (uint8_t *)task->out;
  task->items = 0;
  for (; task->row < rows; task->row++, task->column = 0) {
    const struct variable_object *row = (const struct variable_object *)outer[task->row];
    if (row->type != task->row_type) return 0;
    const uint64_t *items = task->rows_are_lists ? (const uint64_t *)row->rest[0] : row->rest;
    for (; task->column < (uint64_t)row->size; task->column++) {
      if (out && task->items == task->room) return 1;
      uint64_t object = items[task->column];
      int number = number_of(task, object);
      if (number < 0) return 0;
      if (out) {
        out[task->items] = (uint8_t)number;
        task->is_seen[number] = 1;
      }
      task->items++;
    }
  }
  return 1;
}
