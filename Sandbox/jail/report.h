// What the probe found, and the JSON documents that say it.
#pragma once

#include "jail.h"

enum state { state_ok, state_missing, state_broken };
// What a layer is for: nothing depends on it, the tier "full" does, or everything does.
enum weight { weight_information, weight_full, weight_mandatory };

struct finding {
  const char *name;
  enum state state;
  enum weight weight;
  char detail[512];
  const char *remedy;
};

struct report {
  struct finding findings[32];
  int count;
};

// Adds a line, which says "ok" until its state is set.
struct finding *report_note(struct report *report, const char *name, enum weight weight, const char *remedy);

// Prints one JSON document: layers, tier, policies as they are under the layers `held`. 0 unless it could
// not be written.
int print_report(const struct report *report, const struct layers *held);
// Prints one JSON document with the fingerprint of every policy, as it is under these layers, and of every
// Python module.
int print_policies(const struct layers *layers);
// Writes what a zygote without a filter finds at its descriptor 4, for zygotes outside of boxes (tests).
int print_entry(void);
