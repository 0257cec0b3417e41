// The texts that are part of the program: policies and the Python of the two boxes.
#pragma once

#include <stddef.h>

struct text {
  const char *name; // "strict.policy", "wire"
  const unsigned char *bytes;
  size_t count;
};

extern const struct text policy_texts[]; // ended by a NULL name
extern const struct text judge_modules[]; // in the order in which they are executed
extern const struct text zygote_modules[];

// What `python3 -c` runs: reads the modules of a box from descriptor 5 and executes them (boot.py).
extern const char boot_script[];

// A sealed memory file, at offset 0, with `modules` as (u32 length, name, u32 length, source)...
int module_payload(const struct text *modules);
// A sealed memory file, at offset 0, with these bytes.
int sealed_file(const char *name, const void *bytes, size_t count);

// A sealed memory file for the zygote: a header (embedded.c), the BPF of `strict`, and from a page on the code
// of Sandbox/entry, which launch.py maps and calls. No `strict` is no filter.
struct bpf;
int entry_file(const struct bpf *strict);
