#include "object.h"

enum { most_leaves = 256, slot_count = 1024, met_count = 256 };

// The number of what is not the object met last at its `place`, a new one if need be; -1 when there is none.
ENTRY static int32_t find(struct identity *task, const struct object *object, uint64_t place) {
  uint64_t type = object->type, key = (uint64_t)object;
  if (type == task->float_type) {
    key = object->rest[0];
  } else if (type == task->int_type) {
    int overflow = 0;
    key = (uint64_t)integer(task->as_long_long, object, &overflow);
    if (overflow) return -1;
  } else {
    type = 0;
  }
  uint64_t slot = key * UINT64_C(0x9e3779b97f4a7c15) >> 54;
  int32_t number;
  while ((number = task->slots[slot] - 1) >= 0 && (task->keys[number] != key || task->types[number] != type))
    slot = (slot + 1) % slot_count;
  if (number < 0) {
    if (task->items.out || task->count == most_leaves) return -1;
    number = (int32_t)task->count++;
    task->objects[number] = (uint64_t)object;
    task->keys[number] = key;
    task->types[number] = type;
    task->slots[slot] = (uint16_t)(number + 1);
  }
  task->met[place] = (uint64_t)object;
  task->met_numbers[place] = (uint8_t)number;
  return number;
}

INLINE int32_t number_of(struct identity *task, const struct object *object) {
  uint64_t place = ((uint64_t)object >> 4 ^ (uint64_t)object >> 12) % met_count;
  return task->met[place] == (uint64_t)object ? task->met_numbers[place] : find(task, object, place);
}

// Neighbours mostly are the same object. Where they are not there is no telling, so that then each is looked up.
INLINE int are_all(const struct object *const *run, const struct object *object, int count) {
  uint64_t difference = 0;
  for (int i = 0; i < count; i++) difference |= (uint64_t)run[i] ^ (uint64_t)object;
  return difference == 0;
}

INLINE int32_t look(struct identity *task) {
  enum { stride = 4 };
  const struct object *const *run, *last = 0;
  int64_t count;
  task->items.items = 0;
  while ((count = next_run(&task->items, &run)) > 0) {
    task->is_uneven |= (uint64_t)count != task->width;
    for (int64_t i = 0, n; i < count; i += n) {
      n = count - i < stride ? 1 : stride;
      if (n == stride && are_all(run + i, last, stride)) continue;
      for (int64_t j = i; j < i + n; j++)
        if (number_of(task, run[j]) < 0) return 0;
      last = run[i + n - 1];
    }
  }
  task->is_uneven |= task->items.items != task->width * task->items.row_count; // an empty row is no run
  return count == 0;
}

INLINE int32_t write(struct identity *task, int per_byte) {
  const struct object *const *run, *last = 0;
  uint8_t *at = (uint8_t *)task->items.out;
  uint32_t base = task->base, ones = 0, same = 0, byte = 0, weight = 1;
  int64_t count;
  int filled = 0;
  for (int i = 0; i < per_byte; i++) ones = ones * base + 1;
  task->items.items = 0;
  while ((count = next_run(&task->items, &run)) > 0) {
    for (int64_t i = 0; i < count;) {
      int32_t number;
      if (filled || count - i < per_byte) {
        if ((number = number_of(task, run[i++])) < 0) return 0;
        byte += task->digits[number] * weight;
        weight *= base;
        if (++filled < per_byte) continue;
        *at++ = (uint8_t)byte;
        byte = 0, weight = 1, filled = 0;
        continue;
      }
      if (are_all(run + i, last, per_byte)) {
        *at++ = (uint8_t)same;
      } else {
        uint32_t mixed = 0;
        for (int j = per_byte - 1; j >= 0; j--) {
          if ((number = number_of(task, run[i + j])) < 0) return 0;
          mixed = mixed * base + task->digits[number];
          if (j == per_byte - 1) same = mixed * ones;
        }
        *at++ = (uint8_t)mixed;
        last = run[i + per_byte - 1];
      }
      i += per_byte;
    }
  }
  if (filled) *at++ = (uint8_t)byte;
  task->items.bytes = (uint64_t)at - task->items.out;
  return count == 0;
}

ENTRY int32_t identify(struct identity *task) {
  if (!task->items.out) return look(task);
  switch (task->per_byte) { // the loops in there must know it
    case 1: return write(task, 1);
    case 2: return write(task, 2);
    case 3: return write(task, 3);
    case 4: return write(task, 4);
    case 5: return write(task, 5);
    case 8: return write(task, 8);
    default: return 0;
  }
}
