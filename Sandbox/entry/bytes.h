// Numbers as little-endian bytes.
#pragma once

#include "syscall.h"

// Returns what follows the `count` bytes at `at`.
INLINE unsigned char *put(unsigned char *at, uint64_t number, int count) {
  for (int i = 0; i < count; i++) at[i] = (unsigned char)(number >> 8 * i);
  return at + count;
}

INLINE uint64_t take(const unsigned char *at, int count) {
  uint64_t number = 0;
  for (int i = 0; i < count; i++) number |= (uint64_t)at[i] << 8 * i;
  return number;
}
