/* Open loop: event i is due at start + i / rate whatever happened before, and its latency counts
   from then. What the server cannot take in time is late, not left out. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "load.h"

enum {
  events_at_once = 32, levels_most = 24, tries_most = 3, stalled_turns = 3, silence = 1500000000,
};

static const double latency_most = 100e3; /* us, p99 */
static const Nanoseconds second = 1000000000;

/* Others on this machine may take so much of a core; a level beside which they take more counts
   for nothing and is repeated, so many seconds in all. */
static const double others_most = 0.1;
static double repeats_left_s = 25;
static const double stalled_warm_up = 3;

static Histogram latency, lateness;
static int64_t sent, received, received_in_time, measured;
static int next_publisher;

static void count_delivered(
  Connection *connection, const Nanoseconds *due, int count, Nanoseconds time) {
  connection->heard += count;
  received += count;
  if (time >= window_start && time < window_end) received_in_time += count;
  for (int index = 0; index < count; index++) {
    if (due[index] < window_start || due[index] >= window_end) continue;
    measured++;
    add(&latency, time - due[index]);
  }
}

static void publish(Nanoseconds due) {
  put_event(&connections[options.readers + next_publisher], due);
  next_publisher = (next_publisher + 1) % options.publishers;
  sent++;
}

static void flush_publishers(void) {
  for (int index = 0; index < options.publishers; index++) {
    Connection *connection = &connections[options.readers + index];
    if (!connection->is_writable_awaited) flush(connection);
  }
}

/* Until everything has arrived, nothing does any more, or the time is over. */
static void drain(double seconds) {
  Nanoseconds time = now(), end = time + (Nanoseconds)(seconds * 1e9), heard = time;
  int64_t known = received;
  while (time < end && time < heard + silence && received < sent * options.readers &&
    !dead_count) {
    poll_until(time + second / 20);
    time = now();
    if (received == known) continue;
    known = received;
    heard = time;
  }
}

typedef struct {
  double server, busy;
  uint64_t receives, bytes;
  int64_t received;
  Nanoseconds decoding;
} Counts;

static Counts counts(void) {
  return (Counts){server_seconds(), busy_seconds(), receive_count, receive_bytes, received,
    decode_time};
}

static bool report(const char *kind, double rate, double seconds, const Counts *before,
  const Counts *after, int64_t expected, double others) {
  int64_t missing = expected - measured;
  double p99 = quantile(&latency, 0.99);
  bool holds = !missing && !dead_count && p99 <= latency_most;
  double got = (double)(after->received - before->received);
  printf("{\"level\":\"%s\",\"readers\":%d,\"rate\":%.1f,\"offered\":%.0f,\"delivered\":%.0f,"
    "\"missing\":%lld,\"dropped\":%d,\"p50_us\":%.0f,\"p99_us\":%.0f,\"most_us\":%.0f,"
    "\"server\":%.3f,\"server_us\":%.4f,\"generator\":%.3f,\"decoding\":%.3f,"
    "\"others\":%.3f,\"late_p99_us\":%.0f,"
    "\"per_receive\":%.1f,\"bytes\":%.1f,\"kilobytes\":%ld,\"holds\":%s}\n",
    kind, options.readers, rate, rate * options.readers, (double)received_in_time / seconds,
    (long long)missing, dead_count, quantile(&latency, 0.5), p99, (double)latency.most / 1e3,
    (after->server - before->server) / seconds,
    got ? (after->server - before->server) * 1e6 / got : 0,
    (after->busy - before->busy) / seconds,
    (double)(after->decoding - before->decoding) / 1e9 / seconds, others, quantile(&lateness, 0.99),
    got / (double)(after->receives - before->receives + 1),
    got ? (double)(after->bytes - before->bytes) / got : 0, server_kilobytes(),
    holds ? "true" : "false");
  fflush(stdout);
  return holds;
}

typedef enum { held, failed, disturbed } Outcome;

/* Not everything has arrived even now, or somebody was dropped. */
static bool is_stuck;

/* One rate for so many seconds after a warm-up. */
static Outcome level(const char *kind, double rate, double warm_up, double seconds) {
  Nanoseconds step = (Nanoseconds)(1e9 / rate), start = now() + second / 1000, due = start;
  window_start = start + (Nanoseconds)(warm_up * 1e9);
  window_end = window_start + (Nanoseconds)(seconds * 1e9);
  memset(&latency, 0, sizeof latency);
  memset(&lateness, 0, sizeof lateness);
  sent = received = received_in_time = measured = 0;
  Counts before = {0}, after;
  int64_t expected = 0;
  bool is_measuring = false;
  is_awake = true;
  double others = others_seconds();
  Nanoseconds begun = now();
  while (due < window_end && !dead_count) {
    Nanoseconds time = now();
    if (!is_measuring && time >= window_start) {
      is_measuring = true;
      before = counts();
    }
    for (int most = events_at_once; most && due <= time && due < window_end; most--, due += step) {
      publish(due);
      if (due < window_start) continue;
      expected += options.readers;
      add(&lateness, time - due);
    }
    flush_publishers();
    if (time > window_end + 3 * second) break;
    poll_until(due);
  }
  after = counts();
  double passed = (double)(now() - window_start) / 1e9;
  others = (others_seconds() - others) / ((double)(now() - begun) / 1e9);
  drain(5);
  bool is_disturbed = others > others_most && repeats_left_s > 0;
  if (is_disturbed) repeats_left_s -= (double)(now() - begun) / 1e9;
  bool holds = report(is_disturbed ? "disturbed" : kind, rate, passed, &before, &after, expected,
    others);
  if (!holds) drain(10);
  is_awake = false;
  is_stuck = received < sent * options.readers || dead_count;
  return is_disturbed ? disturbed : holds ? held : failed;
}

/* The same, again while others disturb it. */
static Outcome steady_level(const char *kind, double rate, double warm_up, double seconds) {
  Outcome outcome;
  do outcome = level(kind, rate, warm_up, seconds);
  while (outcome == disturbed && !is_stuck);
  return outcome;
}

/* Everybody in, and every reader has heard something. */
static void enter(int count) {
  delivered = count_delivered;
  for (int index = 0; index < count; index++) {
    int publisher = index >= options.readers ? index - options.readers : -1;
    open_connection(&connections[index], publisher, 0);
    attend(&connections[index]);
    if (index % 64 == 63) poll_until(0);
  }
  int ready = 0;
  for (int attempt = 0; attempt < 40 && ready < options.readers; attempt++) {
    publish(now());
    flush_publishers();
    Nanoseconds end = now() + second / 2;
    while (now() < end && ready < options.readers) {
      poll_until(end);
      while (ready < options.readers && connections[ready].heard) ready++;
    }
  }
  require(ready == options.readers, "not every reader hears");
  for (Nanoseconds end = now() + second / 2; now() < end;) poll_until(end);
}

static void prepare(int others) {
  connection_count = options.readers + options.publishers;
  connections = calloc(connection_count + others, sizeof *connections);
}

static double next_rate(double low, double high) {
  return !low && !high ? options.ramp / options.readers
    : !high ? low * 2 : !low ? high / 2 : sqrt(low * high);
}

/* Doubles the offered load until it does not hold, then closes in. A level fails that does not hold
   in three tries. A server that does not get over one is `stuck`: it is to be started anew, and
   the ramp to go on with what is printed. */
static void ramp(void) {
  double low = options.low / options.readers, high = options.high / options.readers;
  double rate = options.next / options.readers;
  int tries = options.tries;
  bool is_done = false;
  if (!rate) rate = next_rate(low, high);
  is_stuck = false;
  for (int count = 0; count < levels_most && !is_done && !is_stuck; count++) {
    double seconds = rate * options.seconds < 20 ? 20 / rate : options.seconds;
    Outcome outcome = steady_level("ramp", rate, 0.3, seconds);
    if (outcome == disturbed || (outcome == failed && ++tries < tries_most)) continue;
    if (outcome == held) low = rate;
    else high = rate;
    tries = 0;
    is_done = high && low && high / low < 1.07;
    rate = next_rate(low, high);
  }
  printf("{\"low\":%.0f,\"high\":%.0f,\"next\":%.0f,\"tries\":%d,\"stuck\":%s}\n",
    low * options.readers, high * options.readers, rate * options.readers, tries,
    is_stuck && !is_done ? "true" : "false");
}

int fan_out(void) {
  prepare(0);
  long before = server_kilobytes();
  enter(connection_count);
  printf("{\"connected\":%d,\"kilobytes_each\":%.2f}\n", connection_count,
    (double)(server_kilobytes() - before) / connection_count);
  char *rates = strdup(options.rates);
  for (char *rate = strtok(rates, ","); rate; rate = strtok(NULL, ","))
    steady_level("fixed", atof(rate), 0.5, options.hold);
  if (options.ramp > 0) ramp();
  return 0;
}

/* Readers and what they cost while nothing happens. */
int idle(void) {
  options.publishers = 0;
  prepare(0);
  long before = server_kilobytes();
  for (int index = 0; index < connection_count; index++) {
    open_connection(&connections[index], -1, 0);
    attend(&connections[index]);
    if (index % 64 == 63) poll_until(0);
  }
  for (Nanoseconds end = now() + 3 * second; now() < end;) poll_until(end);
  long after = server_kilobytes();
  double server = server_seconds();
  Nanoseconds start = now(), end = start + (Nanoseconds)(options.hold * 1e9);
  while (now() < end) poll_until(end);
  printf("{\"connected\":%d,\"kilobytes_each\":%.2f,\"held_s\":%.0f,\"dropped\":%d,"
    "\"kilobytes_each_after\":%.2f,\"server\":%.4f}\n",
    connection_count, (double)(after - before) / connection_count, (double)(now() - start) / 1e9,
    dead_count, (double)(server_kilobytes() - before) / connection_count,
    (server_seconds() - server) / ((double)(now() - start) / 1e9));
  return 0;
}

/* Readers that read, alone and beside others that never do, by turns; every time measured alike. */
int stalled(void) {
  prepare(options.stalled);
  enter(connection_count);
  double rate = atof(options.rates);
  for (int turn = 0; turn < stalled_turns; turn++) {
    steady_level("alone", rate, stalled_warm_up, options.hold);
    long before = server_kilobytes();
    Connection *others = &connections[connection_count];
    memset(others, 0, sizeof *others * options.stalled);
    for (int index = 0; index < options.stalled; index++) open_connection(&others[index], -1, 4096);
    steady_level("beside", rate, stalled_warm_up, options.hold);
    long after = server_kilobytes();
    int closed = 0;
    for (int index = 0; index < options.stalled; index++)
      closed += close_connection(&others[index]);
    printf("{\"stalled\":%d,\"kilobytes\":%ld,\"closed\":%d}\n", options.stalled,
      after - before, closed);
    for (Nanoseconds end = now() + second; now() < end;) poll_until(end);
  }
  return 0;
}
