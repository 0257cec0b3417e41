#include <algorithm>

#include "sides.hpp"

// How many of the first `rows` products of each of `count` rows are not those that `whole` has, bit for bit.
static size_t changed(
    const std::vector<float> &some, const std::vector<float> &whole, size_t count, size_t rows, size_t stride) {
  size_t result = 0;
  for (size_t row = 0; row < count; row++)
    for (size_t at = 0; at < rows; at++)
      result += memcmp(&some[row * rows + at], &whole[row * stride + at], sizeof(float)) != 0;
  return result;
}

// What one side came to at a shape: silent about what kept its bits.
namespace {
struct tally {
  const char *side;
  size_t cases = 0, kept = 0;
  std::string note{};

  void add(size_t threads, size_t count, size_t rows, size_t differing) {
    cases++;
    kept += differing == 0;
    if (differing == 0) return;
    printf(
        "  %s changed %.1f %% at %zu threads, %zu rows of x, %zu of w\n", side,
        100 * (double)differing / (double)(count * rows), threads, count, rows);
  }

  void print() const {
    if (cases) printf("  %-20s %2zu of %2zu the same  %s\n", side, kept, cases, note.c_str());
  }
};
}  // namespace

// Against 512 rows, all features and one thread. Returns whether ours kept theirs.
bool check(const shape &shape, ek_arithmetic arithmetic, ek_path path) {
  static const size_t counts[] = {1, 2, 5, 6, 7, 64, 512};
  const size_t most = 512, features[] = {shape.rows, shape.rows / 2 / EK_PANEL * EK_PANEL, 40};
  problem problem(shape, arithmetic, most);
  std::vector<float> ours(most * shape.rows), theirs(ours.size()), some(ours.size());
  tally own_tally{"ours"}, peer_tally{"oneDNN"}, fixed_tally{"oneDNN, one layout"};
  printf("%s, %zu x %zu, %s\n", shape.name, shape.rows, shape.columns, arithmetic == EK_INT8 ? "int8" : "bf16");

  omp_set_num_threads(1);
  peer whole(problem, most, shape.rows);
  whole.multiply(theirs.data());
  dnnl::memory::desc layout = whole.description.weights_desc();
  for (size_t rows : features) {
    own own(path, problem, rows);
    // 16 stand for machines with more cores, where oneDNN may divide the sums too.
    for (size_t threads : {1, 2, 16}) {
      ek_pool *pool = ek_pool_start(threads);
      if (!pool) exit(2);
      omp_set_num_threads((int)threads);
      if (rows == shape.rows && threads == 1) {
        bytes operand = own.operand(most);
        own.fill(pool, problem, most, operand.get());
        own.multiply(pool, operand.get(), most, ours.data());
      }
      for (size_t count : counts) {
        if (rows < shape.rows && count != 1 && count != 7 && count != most) continue;
        bytes operand = own.operand(count);
        own.fill(pool, problem, count, operand.get());
        own.multiply(pool, operand.get(), count, some.data());
        own_tally.add(threads, count, rows, changed(some, ours, count, rows, shape.rows));

        peer part(problem, count, rows);
        part.multiply(some.data());
        peer_tally.add(threads, count, rows, changed(some, theirs, count, rows, shape.rows));
        if (peer_tally.note.find(part.name()) == std::string::npos) peer_tally.note += part.name() + " ";
        if (rows < shape.rows || part.description.weights_desc() == layout) continue;
        // One copy of the weights has to serve all numbers of rows.
        peer fixed(problem, count, rows, &layout);
        fixed.multiply(some.data());
        fixed_tally.add(threads, count, rows, changed(some, theirs, count, rows, shape.rows));
        fixed_tally.note = fixed.name() + ", where oneDNN would choose another layout";
      }
      ek_pool_stop(pool);
    }
  }
  own_tally.print();
  peer_tally.print();
  fixed_tally.print();
  fflush(stdout);
  return own_tally.kept == own_tally.cases;
}

// Instructions older than VNNI add two products of bytes in 16 bits.
void show_saturation() {
  problem problem({"", EK_PANEL, 896, 0, false}, EK_INT8, 6);
  std::fill(problem.byte_x.begin(), problem.byte_x.end(), (uint8_t)255);
  std::fill(problem.byte_w.begin(), problem.byte_w.end(), (int8_t)127);
  std::vector<float> out(problem.count * problem.rows);
  omp_set_num_threads(1);
  peer peer(problem, problem.count, problem.rows);
  peer.multiply(out.data());
  printf(
      "896 products of 255 and 127: oneDNN %.0f, exact %d  %s\n", (double)out[0], 896 * 255 * 127,
      peer.name().c_str());
}
