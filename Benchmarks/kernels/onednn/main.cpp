// Our products and oneDNN's on the same numbers, in one process. Built and run by Benchmarks/compare-onednn.sh:
//
//     compare-onednn [rows [NAME]]      speed, in turns, at the shapes whose name begins with NAME
//     compare-onednn --bits [NAME]      which products keep their bits when less is computed at once
//     compare-onednn --fused [NAME]     products with what follows them: SwiGLU, what the head's logits come to
//
// EVALKIT_CPU chooses our instruction set as it does for evalkit, DNNL_MAX_CPU_ISA oneDNN's.
//
// bf16: x and w are bf16, sums and products single. int8: x is u8 and w s8 with a scale for each row of w. oneDNN
// gets x rounded or quantised already, and no scales for it, which the engine has; ours is timed with making the
// operand of single precision and without. oneDNN chooses the layout of its weights; packing them is not timed.

#include <string>

#include "sides.hpp"

int main(int count, char **arguments) {
  bool bits = count > 1 && strcmp(arguments[1], "--bits") == 0;
  bool fused = count > 1 && strcmp(arguments[1], "--fused") == 0;
  size_t rows = count > 1 && !bits && !fused ? strtoul(arguments[1], nullptr, 10) : 512;
  std::string name = count > 2 ? arguments[2] : "";
  if (rows == 0 || count > 3) {
    fprintf(stderr, "usage: compare-onednn [rows [NAME]] | --bits [NAME] | --fused [NAME]\n");
    return 64;
  }
  static const char *names[] = {"portable", "avx2", "avx512-vnni", "avx512"};
  const char *wanted = getenv("EVALKIT_CPU");
  int path = EK_AVX512;
  while (path > 0 && (!ek_path_runs((ek_path)path) || (wanted && strcmp(wanted, names[path]) != 0))) path--;
  const dnnl_version_t *version = dnnl_version();
  printf("oneDNN %d.%d.%d, ours on %s\n", version->major, version->minor, version->patch, names[path]);
  if (bits) show_saturation();
  if (!bits && !fused) {
    printf(
        "per cent of the peak (billions of operations a second), wall and cpu: ours, with making the operand, oneDNN; "
        "oneDNN's time by ours: wall cpu, the same with the operand; largest difference\n");
    printf(
        "%-18s %4s  %s  %s  %6s | %-8s %-8s %-8s | %-12s %-12s |\n", "matrix", "rows", "type", "T", "peak", "ours",
        "+operand", "oneDNN", "ratio", "+operand");
  }
  bool kept = true;
  auto begins = [&](const shape &shape) { return std::string(shape.name).compare(0, name.size(), name) == 0; };
  for (size_t threads = 1; threads <= (bits ? 1u : 2u); threads++)
    for (int arithmetic = EK_BF16; arithmetic <= EK_INT8; arithmetic++)
      for (size_t at = 0; at < (size_t)(arithmetic == EK_INT8 ? SHAPES - HEADS : SHAPES); at++) {
        const shape &shape = shapes[at];
        if (!begins(shape)) continue;
        try {
          if (bits)
            kept = check(shape, (ek_arithmetic)arithmetic, (ek_path)path) && kept;
          else if (fused && arithmetic == EK_BF16 && shape.gated)
            measure_gated(shape, (ek_path)path, threads, rows);
          else if (fused && at >= SHAPES - HEADS)
            measure_head(shape, (ek_path)path, threads, rows);
          else if (!fused)
            measure(shape, (ek_arithmetic)arithmetic, (ek_path)path, threads, rows);
          // What the scales of groups cost, which oneDNN does without.
          if (!bits && !fused && arithmetic == EK_INT8 && shape.group)
            measure(
                {"  one scale a row", shape.rows, shape.columns, 0, false}, EK_INT8, (ek_path)path, threads, rows);
        } catch (const dnnl::error &error) {
          // There are instruction sets for which it has no product of bf16.
          printf("%s, %s: oneDNN says: %s\n", shape.name, arithmetic == EK_INT8 ? "int8" : "bf16", error.what());
        }
      }
  return kept ? 0 : 1;
}
