#define _GNU_SOURCE
#include "embedded.h"

#include <endian.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "entry.h"
#include "jail.h"
#include "policy.h"

static const unsigned char common_policy[] = {
#embed "../Policies/common.policy"
};
static const unsigned char attack_policy[] = {
#embed "../Policies/attack.policy"
};
static const unsigned char strict_policy[] = {
#embed "../Policies/strict.policy"
};
static const unsigned char zygote_policy[] = {
#embed "../Policies/zygote.policy"
};
static const unsigned char judge_policy[] = {
#embed "../Policies/judge.policy"
};
static const unsigned char init_policy[] = {
#embed "../Policies/init.policy"
};

static const unsigned char wire_module[] = {
#embed "../Python/wire.py"
};
static const unsigned char leaves_module[] = {
#embed "../Python/leaves.py"
};
static const unsigned char decode_module[] = {
#embed "../Python/decode.py"
};
static const unsigned char encode_module[] = {
#embed "../Python/encode.py"
};
static const unsigned char expected_module[] = {
#embed "../Python/expected.py"
};
static const unsigned char notices_module[] = {
#embed "../Python/notices.py"
};
static const unsigned char trial_module[] = {
#embed "../Python/trial.py"
};
static const unsigned char oracle_module[] = {
#embed "../Python/oracle.py"
};
static const unsigned char convert_module[] = {
#embed "../Python/convert.py"
};
static const unsigned char guard_module[] = {
#embed "../Python/guard.py"
};
static const unsigned char sanitizer_module[] = {
#embed "../Python/sanitizer.py"
};
static const unsigned char candidate_module[] = {
#embed "../Python/candidate.py"
};
static const unsigned char zygote_module[] = {
#embed "../Python/zygote.py"
};
static const unsigned char launch_module[] = {
#embed "../Python/launch.py"
};
static const unsigned char bulk_module[] = {
#embed "../Python/bulk.py"
};
static const unsigned char arenas_module[] = {
#embed "../Python/arenas.py"
};
static const unsigned char vectors_module[] = {
#embed "../Python/vectors.py"
};
static const unsigned char brief_module[] = {
#embed "../Python/brief.py"
};
static const unsigned char bounds_module[] = {
#embed "../Python/bounds.py"
};
static const unsigned char outbox_module[] = {
#embed "../Python/outbox.py"
};
static const unsigned char orders_module[] = {
#embed "../Python/orders.py"
};
static const unsigned char records_module[] = {
#embed "../Python/records.py"
};
static const unsigned char library_module[] = {
#embed "../Python/library.py"
};
static const unsigned char halves_module[] = {
#embed "../Python/halves.py"
};
static const unsigned char traces_module[] = {
#embed "../Python/traces.py"
};
static const unsigned char mentions_module[] = {
#embed "../Python/mentions.py"
};
static const unsigned char literal_module[] = {
#embed "../Python/literal.py"
};
static const unsigned char runner_module[] = {
#embed "../Python/runner.py"
};
static const unsigned char judge_module[] = {
#embed "../Python/judge.py"
};

#define EMBEDDED(name, array) {name, array, sizeof array}

const struct text policy_texts[] = {
    EMBEDDED("common.policy", common_policy), EMBEDDED("attack.policy", attack_policy),
    EMBEDDED("strict.policy", strict_policy), EMBEDDED("zygote.policy", zygote_policy),
    EMBEDDED("judge.policy", judge_policy),   EMBEDDED("init.policy", init_policy),
    {NULL, NULL, 0},
};

const struct text judge_modules[] = {
    EMBEDDED("wire", wire_module),         EMBEDDED("leaves", leaves_module),
    EMBEDDED("decode", decode_module),     EMBEDDED("records", records_module),
    EMBEDDED("oracle", oracle_module),     EMBEDDED("convert", convert_module),
    EMBEDDED("literal", literal_module),   EMBEDDED("expected", expected_module),
    EMBEDDED("notices", notices_module),   EMBEDDED("orders", orders_module),
    EMBEDDED("bounds", bounds_module),     EMBEDDED("trial", trial_module),
    EMBEDDED("halves", halves_module),     EMBEDDED("library", library_module),
    EMBEDDED("mentions", mentions_module), EMBEDDED("runner", runner_module),
    EMBEDDED("judge", judge_module),
    {NULL, NULL, 0},
};

const struct text zygote_modules[] = {
    EMBEDDED("wire", wire_module),       EMBEDDED("bulk", bulk_module),
    EMBEDDED("vectors", vectors_module), EMBEDDED("encode", encode_module),
    EMBEDDED("brief", brief_module),     EMBEDDED("outbox", outbox_module),
    EMBEDDED("convert", convert_module), EMBEDDED("guard", guard_module),
    EMBEDDED("library", library_module), EMBEDDED("sanitizer", sanitizer_module),
    EMBEDDED("arenas", arenas_module),   EMBEDDED("launch", launch_module),
    EMBEDDED("traces", traces_module),   EMBEDDED("candidate", candidate_module),
    EMBEDDED("zygote", zygote_module),
    {NULL, NULL, 0},
};

const char boot_script[] = {
#embed "../Python/boot.py" suffix(, 0)
};

static void write_all(int file, const void *bytes, size_t count) {
  const unsigned char *at = bytes;
  while (count > 0) {
    ssize_t written = write(file, at, count);
    if (written < 0) fail_step("write a memory file", NULL);
    at += written;
    count -= (size_t)written;
  }
}

static int open_memory_file(const char *name) {
  int file = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) fail_step("create a memory file", name);
  return file;
}

static int seal(int file) {
  if (fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
    fail_step("seal a memory file", NULL);
  if (lseek(file, 0, SEEK_SET) < 0) fail_step("rewind a memory file", NULL);
  return file;
}

static uint32_t entry_offset(const void *function) {
  return htole32((uint32_t)((const unsigned char *)function - __start_entry_code));
}

int entry_file(const struct bpf *strict) {
  enum { page = 64 << 10 }; // the largest there is
  size_t filter_bytes = strict ? strict->count * sizeof *strict->code : 0;
  // Mirrored by launch.py.
  const uint32_t header[] = {
      htole32((uint32_t)filter_bytes),
      htole32(page),
      htole32((uint32_t)(__stop_entry_code - __start_entry_code)),
      entry_offset((const void *)launch),
      entry_offset((const void *)lock),
      entry_offset((const void *)serve),
      entry_offset((const void *)next_message),
      entry_offset((const void *)space_in_use),
      entry_offset((const void *)identify),
      entry_offset((const void *)write_numbers),
      entry_offset((const void *)take_arena),
      entry_offset((const void *)give_arena),
      entry_offset((const void *)open_pools),
      entry_offset((const void *)join_segments),
  };
  int file = open_memory_file("entry");
  write_all(file, header, sizeof header);
  if (strict) write_all(file, strict->code, filter_bytes);
  if (lseek(file, page, SEEK_SET) < 0) fail_step("write a memory file", NULL);
  write_all(file, __start_entry_code, (size_t)(__stop_entry_code - __start_entry_code));
  return seal(file);
}

int sealed_file(const char *name, const void *bytes, size_t count) {
  int file = open_memory_file(name);
  write_all(file, bytes, count);
  return seal(file);
}

static void write_counted(int file, const void *bytes, size_t count) {
  uint32_t length = htole32((uint32_t)count);
  write_all(file, &length, sizeof length);
  write_all(file, bytes, count);
}

int module_payload(const struct text *modules) {
  int file = open_memory_file("python");
  for (const struct text *module = modules; module->name; module++) {
    write_counted(file, module->name, strlen(module->name));
    write_counted(file, module->bytes, module->count);
  }
  return seal(file);
}
