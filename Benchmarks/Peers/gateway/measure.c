/* Clock, histogram, what a server's process takes, and what others take beside it. */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
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

/* Of this program, whether it found anything to do or not. */
static double own_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Seconds since some time in which this program had anything to do. */
double busy_seconds(void) { return (double)(now() - unused_time) / 1e9; }

/* Seconds of the kernel's own threads: the disk's work is part of what is measured. */
static double kernel_seconds(void) {
  char path[300], line[512];
  double ticks = 0;
  DIR *processes = opendir("/proc");
  require(processes != NULL, "/proc");
  for (struct dirent *process; (process = readdir(processes));) {
    if (!isdigit(process->d_name[0])) continue;
    snprintf(path, sizeof path, "/proc/%s/stat", process->d_name);
    FILE *file = fopen(path, "r");
    const char *rest = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    int parent;
    unsigned long user, system;
    if (rest && sscanf(rest, ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
      &parent, &user, &system) == 3 && parent == 2) ticks += (double)(user + system);
    if (file) fclose(file);
  }
  closedir(processes);
  return ticks / (double)sysconf(_SC_CLK_TCK);
}

/* Seconds on all processors of everybody but the server, this program and the kernel's threads;
   with those another guest of the host took. Exact to a few hundredths. */
double others_seconds(void) {
  double user, nice, system, idle, waiting, interrupts, soft, stolen;
  FILE *file = fopen("/proc/stat", "r");
  require(file && fscanf(file, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &user, &nice, &system, &idle,
    &waiting, &interrupts, &soft, &stolen) == 8, "/proc/stat");
  fclose(file);
  return (user + nice + system + interrupts + soft + stolen) / (double)sysconf(_SC_CLK_TCK) -
    server_seconds() - own_seconds() - kernel_seconds();
}
