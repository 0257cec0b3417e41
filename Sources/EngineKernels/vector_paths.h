#pragma once

#include "sweep.h"

// The functions of one path; ATTRIBUTE names its instructions.
#define VECTORS(NAME, SINGLE, ATTRIBUTE)                                                                       \
  ATTRIBUTE static void normalize(                                                                             \
      const float *x, const float *weight, float epsilon, size_t count, float *out) {                          \
    normalize_row(x, weight, epsilon, count, out);                                                             \
  }                                                                                                            \
  ATTRIBUTE static float soften(float *x, size_t visible, size_t count) {                                      \
    return soften_row(x, visible, count);                                                                      \
  }                                                                                                            \
  ATTRIBUTE static void put(const float *x, size_t count, bool adds, float *out) {                             \
    put_row(x, count, adds, out);                                                                              \
  }                                                                                                            \
  ATTRIBUTE static void stream(const float *x, size_t count, float *out) { stream_row(x, count, out); }        \
  ATTRIBUTE static void multiply(const float *x, float factor, size_t count, float *out) {                     \
    multiply_row(x, factor, count, out);                                                                       \
  }                                                                                                            \
  ATTRIBUTE static void pair(const float *x, size_t count, uint32_t *out) { pair_row(x, count, out); }         \
  ATTRIBUTE static void pair_rows(const float *even, const float *odd, size_t count, uint32_t *out) {          \
    pair_two_rows(even, odd, count, out);                                                                      \
  }                                                                                                            \
  ATTRIBUTE static void gate(const float *gate, const float *up, size_t count, float *out) {                   \
    gate_row(gate, up, count, out);                                                                            \
  }                                                                                                            \
  ATTRIBUTE static void rotate(                                                                                \
      const float *x, const float *cosines, const float *sines, float scale, size_t half, float *out) {        \
    rotate_head(x, cosines, sines, scale, half, out);                                                          \
  }                                                                                                            \
  ATTRIBUTE static ek_summary summarize(const float *logits, size_t count, float divisor, size_t banned) {     \
    return summarize_logits(logits, count, divisor, banned);                                                   \
  }                                                                                                            \
  ATTRIBUTE static ek_total total(const ek_summary *summaries, size_t panels) {                                \
    return total_of_panels(summaries, panels);                                                                 \
  }                                                                                                            \
  ATTRIBUTE static void masses(const ek_row *row, const float *bounds, ek_mass *masses) {                       \
    sum_masses(row, bounds, masses);                                                                           \
  }                                                                                                            \
  ATTRIBUTE static size_t between(                                                                             \
      const ek_row *row, float low, float high, uint32_t *tokens, float *scores, size_t capacity) {            \
    return find_between(row, low, high, tokens, scores, capacity);                                             \
  }                                                                                                            \
  ATTRIBUTE static double entropy(const ek_row *row, const ek_edge *edge, float scale) {                       \
    return sum_entropy(row, edge, scale);                                                                      \
  }                                                                                                            \
  ATTRIBUTE static ek_draw draw(const ek_row *row, const ek_edge *edge, double target) {                       \
    return draw_from(row, edge, target);                                                                       \
  }                                                                                                            \
  ATTRIBUTE static void copy(const float *x, size_t columns, void *out) { copy_row(x, columns, out); }         \
  ATTRIBUTE static void tile(                                                                                  \
      const void *x, size_t x_stride, const void *panel, size_t pairs, const float *start, float *out,         \
      size_t out_stride, size_t rows) {                                                                        \
    single_tile(x, x_stride, panel, pairs, start, out, out_stride, rows);                                      \
  }                                                                                                            \
  const float_path SINGLE = {                                                                                  \
      .pair_bytes = 8, .panel_pair_bytes = 8 * EK_PANEL, .round = copy, .tile = tile,                          \
  };                                                                                                           \
  const vectors NAME = {                                                                                       \
      .normalize = normalize, .soften = soften, .put = put, .stream = stream, .multiply = multiply,            \
      .pair = pair, .pair_rows = pair_rows, .gate = gate, .rotate = rotate, .summarize = summarize,            \
      .total = total, .masses = masses, .between = between, .entropy = entropy, .draw = draw,                  \
  };
