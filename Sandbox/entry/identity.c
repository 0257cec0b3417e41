#include "object.h"

enum { most_objects = 256, slot_count = 1024 };

// The number of `object`, a new one if need be; -1 when it is one too many.
INLINE int number_of(struct identity *task, const struct object *object) {
  uint64_t address = (uint64_t)object;
  uint64_t slot = (address >> 4 ^ address >> 14) % slot_count;
  while (task->slots[slot]) {
    if (task->objects[task->slots[slot] - 1] == address) return task->slots[slot] - 1;
    slot = (slot + 1) % slot_count;
  }
  if (task->count == most_objects) return -1;
  task->objects[task->count] = address;
  task->slots[slot] = (uint16_t)(task->count + 1);
  return (int)task->count++;
}

ENTRY int32_t identify(struct identity *task) {
  uint8_t *out = (uint8_t *)task->items.out;
#define VISIT(object)                          \
  {                                            \
    int number = number_of(task, object);      \
    if (number < 0) return 0;                  \
    if (out) {                                 \
      out[task->items.items] = (uint8_t)number; \
      task->is_seen[number] = 1;               \
    }                                          \
  }
  FOR_ITEMS(&task->items, VISIT)
  return 1;
}
