#pragma once

#include "vectors.h"

// Sweeps over the scores of a row, panel by panel; panels whose largest score cannot matter are left out.

enum { VECTORS_PER_PANEL = EK_PANEL / LANES };

INLINE size_t panels_of_row(const ek_row *row) { return (row->count + EK_PANEL - 1) / EK_PANEL; }

INLINE void scores_of(const ek_row *row, size_t panel, lanes *scores) {
  size_t first = panel * EK_PANEL, count = row->count - first;
  for (size_t at = 0; at < VECTORS_PER_PANEL; at++) {
    size_t skipped = at * LANES;
    load(row->logits + first + skipped, count > skipped ? count - skipped : 0, -INFINITY, &scores[at]);
    scores[at] /= row->divisor;
  }
  size_t banned = row->banned - first;  // wraps around when it stands before
  if (banned < EK_PANEL) ((float *)scores)[banned] = -INFINITY;
}

// In place: scores to weights, zeros where they are not kept.
INLINE void weights_of(const ek_row *row, size_t panel, const ek_edge *edge, lanes *scores) {
  whole token;
  for (int at = 0; at < LANES; at++) token[at] = (int)(panel * EK_PANEL) + at;
  // Tokens are fewer than 2^31; what lies beyond stands for every token.
  int last = edge->token < INT32_MAX ? (int)edge->token : INT32_MAX;
  for (size_t at = 0; at < VECTORS_PER_PANEL; at++, token += LANES) {
    whole is_kept = (scores[at] > edge->score) | ((scores[at] == edge->score) & (token <= last));
    lanes none = 0.0F, weight = scores[at] - row->top;
    exponentials(&weight);
    scores[at] = is_kept ? weight : none;
  }
}

// In place: ln x for normal, positive x, exactly 0 at 1. Polynomial of the Cephes library's logf (Moshier).
INLINE void logarithms(lanes *x) {
  whole pattern;
  memcpy(&pattern, x, sizeof pattern);
  // x = m * 2^e with m in [sqrt(1/2), sqrt(2)).
  whole bits = (pattern & 0x007FFFFF) | 0x3F000000;
  lanes mantissa, exponent = __builtin_convertvector((pattern >> 23) - 126, lanes);
  memcpy(&mantissa, &bits, sizeof mantissa);
  whole is_low = mantissa < 0.707106781186547524F;
  lanes one = 1.0F, none = 0.0F;
  exponent -= is_low ? one : none;
  mantissa += is_low ? mantissa : none;
  lanes rest = mantissa - 1.0F;
  lanes sum = rest * 7.0376836292e-2F - 1.1514610310e-1F;
  sum = sum * rest + 1.1676998740e-1F;
  sum = sum * rest - 1.2420140846e-1F;
  sum = sum * rest + 1.4249322787e-1F;
  sum = sum * rest - 1.6668057665e-1F;
  sum = sum * rest + 2.0000714765e-1F;
  sum = sum * rest - 2.4999993993e-1F;
  sum = sum * rest + 3.3333331174e-1F;
  lanes square = rest * rest;
  *x = rest + (sum * rest * square + exponent * -2.12194440e-4F - 0.5F * square) + exponent * 0.693359375F;
}

// Sums of 16 panels are made in single precision and added in double, always in the same order.
enum { PANELS_PER_SUM = 16 };

INLINE void sum_masses(const ek_row *row, const float *bounds, double *masses) {
  for (size_t at = 0; at < EK_BOUNDS; at++) masses[at] = 0;
  size_t panels = panels_of_row(row);
  for (size_t first = 0; first < panels; first += PANELS_PER_SUM) {
    lanes sums[EK_BOUNDS];
    for (size_t bound = 0; bound < EK_BOUNDS; bound++) sums[bound] = 0.0F;
    size_t end = first + PANELS_PER_SUM < panels ? first + PANELS_PER_SUM : panels;
    for (size_t panel = first; panel < end; panel++) {
      if (row->summaries[panel].top < bounds[EK_BOUNDS - 1]) continue;
      lanes scores[VECTORS_PER_PANEL];
      scores_of(row, panel, scores);
      for (size_t at = 0; at < VECTORS_PER_PANEL; at++) {
        lanes none = 0.0F, weight = scores[at] - row->top;
        exponentials(&weight);
        for (size_t bound = 0; bound < EK_BOUNDS; bound++)
          sums[bound] += scores[at] >= bounds[bound] ? weight : none;
      }
    }
    for (size_t bound = 0; bound < EK_BOUNDS; bound++) masses[bound] += (double)sum_of(&sums[bound]);
  }
}

INLINE size_t find_between(
    const ek_row *row, float low, float high, uint32_t *tokens, float *found, size_t capacity) {
  size_t count = 0;
  for (size_t panel = 0; panel < panels_of_row(row); panel++) {
    if (row->summaries[panel].top < low) continue;
    lanes scores[VECTORS_PER_PANEL];
    scores_of(row, panel, scores);
    for (size_t at = 0; at < VECTORS_PER_PANEL; at++) {
      whole is_found = (scores[at] >= low) & (scores[at] < high);
      if (!__builtin_reduce_or(is_found)) continue;
      for (size_t lane = 0; lane < LANES; lane++) {
        size_t token = panel * EK_PANEL + at * LANES + lane;
        if (!is_found[lane] || token >= row->count) continue;
        if (count < capacity) {
          tokens[count] = (uint32_t)token;
          found[count] = scores[at][lane];
        }
        count++;
      }
    }
  }
  return count;
}

// Further below the best, weights are 0.
enum { DISTANCE = 88 };

INLINE bool can_matter(const ek_row *row, size_t panel, const ek_edge *edge) {
  float top = row->summaries[panel].top;
  return top >= edge->score && top >= row->top - DISTANCE;
}

INLINE double sum_entropy(const ek_row *row, const ek_edge *edge, float scale) {
  double total = 0;
  for (size_t panel = 0; panel < panels_of_row(row); panel++) {
    if (!can_matter(row, panel, edge)) continue;
    lanes weights[VECTORS_PER_PANEL], sum = 0.0F;
    scores_of(row, panel, weights);
    weights_of(row, panel, edge, weights);
    for (size_t at = 0; at < VECTORS_PER_PANEL; at++) {
      lanes probability = weights[at] * scale, logarithm = probability + 1e-10F;
      logarithms(&logarithm);
      sum += probability * logarithm;
    }
    total += (double)sum_of(&sum);
  }
  return total;
}

INLINE ek_draw draw_from(const ek_row *row, const ek_edge *edge, double target) {
  ek_draw drawn = {.token = 0, .weight = 0};
  double cumulated = 0;
  for (size_t panel = 0; panel < panels_of_row(row); panel++) {
    if (!can_matter(row, panel, edge)) continue;
    lanes weights[VECTORS_PER_PANEL], sum = 0.0F;
    scores_of(row, panel, weights);
    weights_of(row, panel, edge, weights);
    for (size_t at = 0; at < VECTORS_PER_PANEL; at++) sum += weights[at];
    double after = cumulated + (double)sum_of(&sum);
    const float *weight = (const float *)weights;
    for (size_t at = 0; at < EK_PANEL; at++) {
      if (!(weight[at] > 0)) continue;
      drawn = (ek_draw){.token = panel * EK_PANEL + at, .weight = weight[at]};
      // In a panel that does not reach the target only its last token can matter.
      if (after <= target) continue;
      cumulated += (double)weight[at];
      if (cumulated > target) return drawn;
    }
    cumulated = after;
  }
  return drawn;
}
