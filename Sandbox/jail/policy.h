// Policies: readable text in, BPF out (libseccomp).
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a process whose filter names $self compares process ids with until it patches in its own.
#define SELF_PLACEHOLDER UINT32_C(0x7E11DEAD)

struct bpf {
  struct sock_filter *code;
  unsigned short count;
};

// Compiles the embedded policy `name` ("strict") for the native architecture. Every other entry into
// the kernel (i386, x32) kills the process. `exec_path` is what $exec stands for; `notify` says whether a
// listener of the zygote's filter is asked about attacks.
struct bpf policy_compile(const char *name, const char *exec_path, bool notify);

// Loads a filter into this process. 0, or -1 and errno.
int policy_load(const struct bpf *program);
// The same, and returns the descriptor of its listener.
int policy_load_listening(const struct bpf *program);

// What made these arguments of `call` an attack, as attack.policy writes it: "AF_VSOCK". Empty when the
// call is one whatever its arguments are.
void policy_name_argument(const char *call, const uint64_t arguments[6], char *text, size_t capacity);

// FNV-1a, 64 bits: tells two policies apart; it is no cryptographic hash.
uint64_t policy_fingerprint(const struct bpf *program);
uint64_t fingerprint_bytes(uint64_t state, const void *bytes, size_t count);
#define FINGERPRINT_START UINT64_C(0xcbf29ce484222325)

// The roles that have a policy, ended by NULL.
extern const char *const policy_roles[];
