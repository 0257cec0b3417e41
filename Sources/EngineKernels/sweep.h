#pragma once

#include "vectors.h"

// Sweeps over the scores of a row, panel by panel; panels whose largest score cannot matter are left out.

typedef float thirty_two __attribute__((ext_vector_type(32)));

// Of sixteen summaries; those behind the last are of panels without a logit.
typedef struct summary_lanes {
  lanes top, second, sum;
} summary_lanes;

INLINE void load_summaries(const ek_summary *summaries, size_t count, summary_lanes *out) {
  ek_summary some[LANES];
  for (size_t at = count; at < LANES; at++) some[at] = (ek_summary){.top = -INFINITY, .second = -INFINITY};
  if (count < LANES) summaries = memcpy(some, summaries, count * sizeof *some);
  thirty_two halves[2];
  memcpy(halves, summaries, sizeof some);
#define EVERY_FOURTH(n)                                                                    \
  n, n + 4, n + 8, n + 12, n + 16, n + 20, n + 24, n + 28, n + 32, n + 36, n + 40, n + 44, \
      n + 48, n + 52, n + 56, n + 60
  out->top = __builtin_shufflevector(halves[0], halves[1], EVERY_FOURTH(0));
  out->second = __builtin_shufflevector(halves[0], halves[1], EVERY_FOURTH(1));
  out->sum = __builtin_shufflevector(halves[0], halves[1], EVERY_FOURTH(2));
}

// The largest of all, and the largest of all but one that is the largest.
INLINE ek_total largest_of_panels(const ek_summary *summaries, size_t panels) {
  lanes top = -INFINITY, second = -INFINITY;
  whole strange = 0;
  for (size_t first = 0; first < panels; first += LANES) {
    summary_lanes some;
    load_summaries(summaries + first, panels - first, &some);
    strange |= ~(some.top < INFINITY);
    lanes lower = SMALLER(some.top, top);
    top = LARGER(some.top, top);
    second = LARGER(lower, second);
    second = LARGER(some.second, second);
  }
  if (__builtin_reduce_or(strange)) return (ek_total){.top = NAN};
  return (ek_total){.top = largest_of(&top), .second = second_of(&top, &second)};
}

INLINE ek_total total_of_panels(const ek_summary *summaries, size_t panels) {
  ek_total total = largest_of_panels(summaries, panels);
  if (!(total.top > -INFINITY)) return total;
  wide_lanes sums = 0;
  for (size_t first = 0; first < panels; first += LANES) {
    summary_lanes some;
    load_summaries(summaries + first, panels - first, &some);
    lanes power = some.top - total.top;
    exponentials(&power);
    sums += __builtin_convertvector(some.sum, wide_lanes) * __builtin_convertvector(power, wide_lanes);
  }
  for (size_t at = 0; at < LANES; at++) total.sum += sums[at];
  return total;
}

INLINE size_t panels_of_row(const ek_row *row) { return (row->count + EK_PANEL - 1) / EK_PANEL; }

INLINE void scores_of(const ek_row *row, size_t panel, lanes *scores) {
  size_t first = panel * EK_PANEL, count = row->count - first;
  for (size_t at = 0; at < VECTORS_PER_PANEL; at++) {
    size_t skipped = at * LANES;
    load(row->logits + first + skipped, count > skipped ? count - skipped : 0, -INFINITY, &scores[at]);
    scores[at] /= row->divisor;
  }
  size_t banned = row->banned - first;  // wraps around when it stands before
  if (banned < EK_PANEL) ban(banned, scores);
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

INLINE void sum_masses(const ek_row *row, const float *bounds, ek_mass *masses) {
  for (size_t at = 0; at < EK_BOUNDS; at++) masses[at] = (ek_mass){.weight = 0, .count = 0};
  size_t panels = panels_of_row(row);
  for (size_t first = 0; first < panels; first += PANELS_PER_SUM) {
    lanes sums[EK_BOUNDS];
    whole counts[EK_BOUNDS];
    for (size_t bound = 0; bound < EK_BOUNDS; bound++) sums[bound] = 0.0F, counts[bound] = 0;
    size_t end = first + PANELS_PER_SUM < panels ? first + PANELS_PER_SUM : panels;
    for (size_t panel = first; panel < end; panel++) {
      if (row->summaries[panel].top < bounds[EK_BOUNDS - 1]) continue;
      lanes scores[VECTORS_PER_PANEL];
      scores_of(row, panel, scores);
      for (size_t at = 0; at < VECTORS_PER_PANEL; at++) {
        lanes none = 0.0F, weight = scores[at] - row->top;
        exponentials(&weight);
        for (size_t bound = 0; bound < EK_BOUNDS; bound++) {
          whole is_above = scores[at] >= bounds[bound];
          sums[bound] += is_above ? weight : none;
          counts[bound] -= is_above;
        }
      }
    }
    for (size_t bound = 0; bound < EK_BOUNDS; bound++) {
      masses[bound].weight += (double)sum_of(&sums[bound]);
      masses[bound].count += (size_t)__builtin_reduce_add(counts[bound]);
    }
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
