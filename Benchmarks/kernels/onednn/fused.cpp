#include <functional>

#include "sides.hpp"

// Both in turns; prints oneDNN's time by ours, wall and cpu.
static void compare(
    const char *name, size_t threads, size_t count, double work, const std::function<void()> &ours,
    const std::function<void()> &theirs) {
  size_t repeats = 1 + (size_t)(1e10 / work);
  double wall[ROUNDS], cpu[ROUNDS];
  for (int round = -1; round < ROUNDS; round++) {
    span taken[2];
    for (int turn = 0; turn < 2; turn++) {
      int side = (turn + round) & 1;
      span started = now();
      for (size_t at = 0; at < repeats; at++) (side ? theirs : ours)();
      taken[side] = since(started);
    }
    if (round < 0) continue;  // warms up
    wall[round] = taken[1].wall / taken[0].wall;
    cpu[round] = taken[1].cpu / taken[0].cpu;
  }
  printf("%-36s %4zu  %zu  %5.2f %5.2f\n", name, count, threads, median(wall), median(cpu));
  fflush(stdout);
}

// silu(x gate) (x up), made the bf16 input of the next product. oneDNN stores the gate in single precision and
// multiplies the other product with it.
void measure_gated(const shape &shape, ek_path path, size_t threads, size_t count) {
  problem problem(shape, EK_BF16, count);
  omp_set_num_threads((int)threads);
  own own(path, problem, shape.rows);
  std::vector<float> gate(count * shape.rows);
  std::vector<uint16_t> out(gate.size());
  dnnl::post_ops swish, times;
  dnnl::memory::desc stored(
      {(dnnl::memory::dim)count, (dnnl::memory::dim)shape.rows}, peer::type::f32, peer::tag::ab);
#if DNNL_VERSION_MAJOR >= 3
  swish.append_eltwise(dnnl::algorithm::eltwise_swish, 1, 0);
#else
  swish.append_eltwise(1, dnnl::algorithm::eltwise_swish, 1, 0);
#endif
  times.append_binary(dnnl::algorithm::binary_mul, stored);
  peer first(problem, count, shape.rows, nullptr, swish);
  peer second(problem, count, shape.rows, nullptr, times, peer::type::bf16);
  second.arguments[DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1] = {stored, second.engine, gate.data()};

  ek_pool *pool = ek_pool_start(threads);
  if (!pool) exit(2);
  ek_matrix next = own.matrix;
  next.columns = shape.rows;
  bytes operand = own.operand(count), made = memory(ek_operand_bytes(path, &next, count));
  own.fill(pool, problem, count, operand.get());
  auto ours = [&] {
    if (!ek_gated_product(path, pool, operand.get(), count, &own.matrix, &own.matrix, &next, made.get())) exit(2);
  };
  auto theirs = [&] {
    first.multiply(gate.data());
    second.multiply(out.data());
  };
  std::string name = shape.name + std::string(" with SwiGLU");
  compare(name.c_str(), threads, count, 4.0 * (double)count * (double)(shape.rows * shape.columns), ours, theirs);
  ek_pool_stop(pool);
}

// What each 64 logits come to, the logits themselves forgotten. oneDNN stores them, and our sweep reads them again.
void measure_head(const shape &shape, ek_path path, size_t threads, size_t count) {
  struct sweep {
    ek_path path;
    size_t rows, panels;
    std::vector<float> logits;
    std::vector<ek_summary> summaries;
  };
  size_t panels = (shape.rows + EK_PANEL - 1) / EK_PANEL;
  problem problem(shape, EK_BF16, count);
  omp_set_num_threads((int)threads);
  own own(path, problem, shape.rows);
  peer peer(problem, count, shape.rows);
  sweep sweep{path, shape.rows, panels, {}, {}};
  sweep.logits.resize(count * shape.rows);
  sweep.summaries.resize(count * panels);

  ek_pool *pool = ek_pool_start(threads);
  if (!pool) exit(2);
  bytes operand = own.operand(count);
  own.fill(pool, problem, count, operand.get());
  auto ours = [&] {
    ek_summary *to = sweep.summaries.data();
    if (!ek_logits(path, pool, operand.get(), count, &own.matrix, nullptr, 1, shape.rows, to, nullptr)) exit(2);
  };
  auto theirs = [&] {
    peer.multiply(sweep.logits.data());
    ek_for_each(pool, count, &sweep, [](void *context, size_t row) {
      auto *sweep = (struct sweep *)context;
      const float *logits = sweep->logits.data() + row * sweep->rows;
      ek_summarize(
          sweep->path, logits, sweep->rows, 1, sweep->rows, sweep->summaries.data() + row * sweep->panels);
    });
  };
  std::string name = shape.name + std::string(" with summaries");
  compare(name.c_str(), threads, count, 2.0 * (double)count * (double)(shape.rows * shape.columns), ours, theirs);
  ek_pool_stop(pool);
}
