#include "bytes.h"
#include "object.h"

enum { digit_bits = 15 };

// As marshal writes an int: 32 bits, or digits of 15.
INLINE uint8_t *put_integer(uint8_t *at, int64_t value) {
  if (value == (int32_t)value) {
    *at++ = 'i';
    return put(at, (uint64_t)value, 4);
  }
  uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
  *at++ = 'l';
  uint8_t *size = at;
  at += 4;
  int32_t digits = 0;
  for (; rest; rest >>= digit_bits, digits++) at = put(at, rest & ((1 << digit_bits) - 1), 2);
  put(size, (uint64_t)(uint32_t)(value < 0 ? -digits : digits), 4);
  return at;
}

// 1 with `at` moved on, or 0.
INLINE int visit(struct numbers *task, const struct object *object, uint8_t **at) {
  if (object->type == task->float_type) {
    uint64_t bits = object->rest[0];
    task->has_nan |= bits << 1 > UINT64_C(0x7ff) << 53;
    if (*at) {
      *(*at)++ = 'g';
      *at = put(*at, bits, 8);
    }
    return 1;
  }
  if (object->type != task->int_type) return 0;
  if (!*at) return 1;
  int overflow = 0;
  int64_t value = integer(task->as_long_long, object, &overflow);
  if (overflow) return 0;
  *at = put_integer(*at, value);
  return 1;
}

INLINE int32_t walk(struct numbers *task, uint8_t **at) {
  const struct object *const *run;
  int64_t count;
  task->items.items = 0;
  while ((count = next_run(&task->items, &run)) > 0)
    for (int64_t i = 0; i < count; i++)
      if (!visit(task, run[i], at)) return 0;
  return count == 0;
}

ENTRY int32_t write_numbers(struct numbers *task) {
  uint8_t *out = (uint8_t *)task->items.out, *at = out ? out + 5 : 0;
  if (!walk(task, &at)) return 0;
  if (out) {
    *out = '[';
    put(out + 1, task->items.items, 4);
    task->items.bytes = (uint64_t)(at - out);
  }
  return 1;
}
