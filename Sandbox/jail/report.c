#define _GNU_SOURCE
#include "report.h"

#include <stdio.h>
#include <unistd.h>

#include "embedded.h"
#include "entry.h"
#include "policy.h"

static const char *const state_names[] = {"ok", "missing", "broken"};

struct finding *report_note(struct report *report, const char *name, enum weight weight,
                            const char *remedy) {
  struct finding *finding = &report->findings[report->count++];
  *finding = (struct finding){.name = name, .weight = weight, .remedy = remedy};
  return finding;
}

static void print_text(const char *text) {
  putchar('"');
  for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
    if (*at == '"' || *at == '\\') printf("\\%c", *at);
    else if (*at == '\n' && !at[1]) break;
    else if (*at < 0x20 || *at >= 0x7f) printf("\\u%04x", *at);
    else putchar(*at);
  }
  putchar('"');
}

// Members of an object, without braces.
static void print_policy_members(const struct layers *layers) {
  uint64_t all = FINGERPRINT_START;
  printf("\"policies\":[");
  for (const char *const *role = policy_roles; *role; role++) {
    struct bpf program = policy_compile(*role, NULL, layers->has[layer_notify]);
    uint64_t one = policy_fingerprint(&program);
    all = fingerprint_bytes(all, &one, sizeof one);
    printf("%s{\"name\":\"%s\",\"instructions\":%u,\"bpf_fnv1a64\":\"%016llx\"}",
           role == policy_roles ? "" : ",", *role, program.count, (unsigned long long)one);
  }
  printf("],\"policy_fnv1a64\":\"%016llx\",\"modules\":[", (unsigned long long)all);
  const struct text *const payloads[] = {judge_modules, zygote_modules};
  for (int payload = 0; payload < 2; payload++)
    for (const struct text *module = payloads[payload]; module->name; module++)
      printf("%s{\"box\":\"%s\",\"name\":\"%s\",\"source_fnv1a64\":\"%016llx\"}",
             payload == 0 && module == judge_modules ? "" : ",", payload == 0 ? "judge" : "zygote",
             module->name,
             (unsigned long long)fingerprint_bytes(FINGERPRINT_START, module->bytes, module->count));
  size_t entry_size = (size_t)(__stop_entry_code - __start_entry_code);
  printf(",{\"box\":\"zygote\",\"name\":\"entry\",\"source_fnv1a64\":\"%016llx\"}]",
         (unsigned long long)fingerprint_bytes(FINGERPRINT_START, __start_entry_code, entry_size));
}

int print_policies(const struct layers *layers) {
  printf("{");
  print_policy_members(layers);
  printf("}\n");
  return fflush(stdout) == 0 ? 0 : 1;
}

static const char *tier(const struct report *report) {
  const char *tier = "full";
  for (int i = 0; i < report->count; i++) {
    const struct finding *finding = &report->findings[i];
    if (finding->state == state_ok) continue;
    if (finding->weight == weight_mandatory) return "refuse";
    if (finding->weight == weight_full) tier = "reduced";
  }
  return tier;
}

int print_report(const struct report *report, const struct layers *held) {
  printf("{\"layers\":[");
  for (int i = 0; i < report->count; i++) {
    const struct finding *finding = &report->findings[i];
    printf("%s{\"name\":\"%s\",\"state\":\"%s\",\"mandatory\":%s,\"detail\":", i ? "," : "", finding->name,
           state_names[finding->state], finding->weight == weight_mandatory ? "true" : "false");
    print_text(finding->detail);
    printf(",\"remedy\":");
    print_text(finding->state == state_ok ? "" : finding->remedy);
    printf("}");
  }
  printf("],\"tier\":\"%s\",", tier(report));
  print_policy_members(held);
  printf("}\n");
  return fflush(stdout) == 0 ? 0 : 1;
}

int print_entry(void) {
  unsigned char bytes[1 << 12];
  int file = entry_file(NULL);
  ssize_t count;
  while ((count = read(file, bytes, sizeof bytes)) > 0)
    if (fwrite(bytes, 1, (size_t)count, stdout) != (size_t)count) return 1;
  return count == 0 && fflush(stdout) == 0 ? 0 : 1;
}
