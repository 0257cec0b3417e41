// What the programs of this folder share: the shapes, two clocks, a median. C and C++.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 7 };

// A matrix of Qwen2.5-Coder, w[rows, columns].
typedef struct shape {
  const char *name;
  size_t rows, columns, group;
  bool gated;  // two of them, whose products the engine multiplies at once
} shape;

static const shape shapes[] = {
    {"0.5B q, o", 896, 896, 0, false},
    {"0.5B gate, up", 4864, 896, 0, true},
    {"0.5B down", 896, 4864, 128, false},
    {"1.5B q, o", 1536, 1536, 0, false},
    {"1.5B gate, up", 8960, 1536, 0, true},
    {"1.5B down", 1536, 8960, 128, false},
    {"7B q, o", 3584, 3584, 0, false},
    {"7B k, v", 512, 3584, 0, false},
    {"7B gate, up", 18944, 3584, 0, true},
    {"7B down", 3584, 18944, 128, false},
    {"0.5B head", 151936, 896, 0, false},
    {"7B head", 152064, 3584, 0, false},
};
// Heads are last, and int8 only as a screen.
enum { SHAPES = sizeof shapes / sizeof *shapes, HEADS = 2 };

typedef struct span {
  double wall, cpu;
} span;

static inline double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static inline span now(void) {
  span result = {seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID)};
  return result;
}

static inline span since(span start) {
  span end = now(), result = {end.wall - start.wall, end.cpu - start.cpu};
  return result;
}

// Nearly normal, of deviation 1: the sum of twelve numbers of a 32-bit xorshift.
static inline float normal(void) {
  static uint32_t state = 1;
  float sum = -6;
  for (int at = 0; at < 12; at++) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    sum += (float)(state >> 8) * 0x1p-24F;
  }
  return sum;
}

// What a product gets for x: RMSNorm gives numbers of one size, a down projection's are products of two.
static inline float input(const shape *shape) { return shape->group ? normal() * normal() : normal(); }

static inline int ascending(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static inline double median(double *values) {
  qsort(values, ROUNDS, sizeof *values, ascending);
  return values[ROUNDS / 2];
}
