#include <algorithm>
#include <cmath>

#include "sides.hpp"

// The largest difference, in units of the root of the mean square.
static double difference(const std::vector<float> &a, const std::vector<float> &b) {
  double largest = 0, squares = 0;
  for (size_t at = 0; at < a.size(); at++) {
    largest = std::max(largest, std::fabs((double)a[at] - (double)b[at]));
    squares += (double)a[at] * (double)a[at];
  }
  return largest / std::sqrt(squares / (double)a.size());
}

void measure(const shape &shape, ek_arithmetic arithmetic, ek_path path, size_t threads, size_t count) {
  problem problem(shape, arithmetic, count);
  omp_set_num_threads((int)threads);
  own own(path, problem, shape.rows);
  peer peer(problem, count, shape.rows);
  ek_pool *pool = ek_pool_start(threads);
  if (!pool) exit(2);
  bytes operand = own.operand(count);
  std::vector<float> out(count * shape.rows), other(out.size());

  double work = 2 * (double)count * (double)shape.rows * (double)shape.columns;
  size_t repeats = 1 + (size_t)(1e10 / work);
  enum { OURS, FILLED, THEIRS, SIDES };
  double wall[SIDES][ROUNDS], cpu[SIDES][ROUNDS], ratio[4][ROUNDS], peak[ROUNDS];
  for (int round = -1; round < ROUNDS; round++) {
    span started = now();
    double operations = ek_peak_run(path, arithmetic, pool, 1000000);
    span limit = since(started), taken[SIDES];
    // Who comes first changes from round to round.
    for (int turn = 0; turn < 2; turn++) {
      if ((turn + round) % 2 != 0) {
        started = now();
        for (size_t at = 0; at < repeats; at++) peer.multiply(other.data());
        taken[THEIRS] = since(started);
        continue;
      }
      started = now();
      for (size_t at = 0; at < repeats; at++) own.fill(pool, problem, count, operand.get());
      span filling = since(started);
      started = now();
      for (size_t at = 0; at < repeats; at++) own.multiply(pool, operand.get(), count, out.data());
      taken[OURS] = since(started);
      taken[FILLED] = {filling.wall + taken[OURS].wall, filling.cpu + taken[OURS].cpu};
    }
    if (round < 0) continue;  // warms up
    peak[round] = operations / limit.wall;
    for (int side = 0; side < SIDES; side++) {
      wall[side][round] = work * (double)repeats / taken[side].wall / peak[round];
      cpu[side][round] = work * (double)repeats / taken[side].cpu / (operations / limit.cpu);
    }
    for (int side = OURS; side <= FILLED; side++) {
      ratio[side][round] = taken[THEIRS].wall / taken[side].wall;
      ratio[2 + side][round] = taken[THEIRS].cpu / taken[side].cpu;
    }
  }
  printf(
      "%-18s %4zu  %s  %zu  %6.0f |", shape.name, count, arithmetic == EK_INT8 ? "int8" : "bf16", threads,
      median(peak) * 1e-9);
  for (int side = 0; side < SIDES; side++) printf(" %3.0f %3.0f ", 100 * median(wall[side]), 100 * median(cpu[side]));
  printf(
      "| %5.2f %5.2f  %5.2f %5.2f | %.0e  %s\n", median(ratio[0]), median(ratio[2]), median(ratio[1]),
      median(ratio[3]), difference(out, other), peer.name().c_str());
  fflush(stdout);
  ek_pool_stop(pool);
}
