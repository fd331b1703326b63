/* What Linux offers a thread about its processors and glibc has no function for. */
#pragma once
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

struct scheduling_attributes {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

/* Asks for slices of so many nanoseconds: a thread with shorter ones than the thread that runs
   comes before it when it wakes. Since Linux 6.12; elsewhere nothing changes. */
static inline void ask_for_slices(uint64_t nanoseconds) {
  struct scheduling_attributes attributes = {0};
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) || attributes.policy) return;
  attributes.size = sizeof attributes;
  attributes.runtime = nanoseconds;
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

/* Processors this thread may run on; 0: not known. */
static inline int allowed_processors(void) {
  uint64_t mask[128];
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  int count = 0;
  for (long index = 0; index < bytes / 8; index++) count += __builtin_popcountll(mask[index]);
  return count;
}
