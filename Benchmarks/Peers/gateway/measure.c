/* Clock, histogram, and what a server's process takes. */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include "load.h"

Nanoseconds now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

void require(bool holds, const char *what) {
  if (holds) return;
  perror(what);
  exit(1);
}

/* 128 buckets an octave: a value is known to 0.8 %. */
void add(Histogram *histogram, Nanoseconds value) {
  uint64_t bits = value > 0 ? (uint64_t)value : 0;
  int shift = bits < 128 ? 0 : 57 - __builtin_clzll(bits);
  uint64_t index = shift ? (uint64_t)shift * 128 + (bits >> (shift - 1)) - 128 : bits;
  histogram->buckets[index]++;
  histogram->count++;
  if (bits > histogram->most) histogram->most = bits;
}

/* In microseconds. */
double quantile(const Histogram *histogram, double part) {
  uint64_t wanted = (uint64_t)(part * (double)histogram->count), sum = 0;
  for (uint64_t index = 0; index < 64 * 128; index++) {
    sum += histogram->buckets[index];
    if (sum <= wanted) continue;
    uint64_t shift = index / 128;
    uint64_t value = shift ? (index % 128 + 128) << (shift - 1) : index;
    return (double)value / 1e3;
  }
  return (double)histogram->most / 1e3;
}

/* Seconds on a processor of all the server's threads. */
double server_seconds(void) {
  char path[512];
  double sum = 0;
  snprintf(path, sizeof path, "/proc/%d/task", options.server);
  DIR *tasks = opendir(path);
  require(tasks != NULL, "the server is gone");
  for (struct dirent *task; (task = readdir(tasks));) {
    if (task->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%.16s/schedstat", options.server, task->d_name);
    FILE *file = fopen(path, "r");
    unsigned long long nanoseconds;
    if (file && fscanf(file, "%llu", &nanoseconds) == 1) sum += (double)nanoseconds / 1e9;
    if (file) fclose(file);
  }
  closedir(tasks);
  return sum;
}

/* Proportional set size: without the kernel's own buffers. */
long server_kilobytes(void) {
  char path[64], line[256];
  long kilobytes = 0;
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", options.server);
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file)) sscanf(line, "Pss: %ld", &kilobytes);
  if (file) fclose(file);
  return kilobytes;
}

double own_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}
