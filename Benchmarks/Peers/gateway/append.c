/* Closed loop: every connection keeps so many events in flight and sends the next as soon as one is
   acknowledged; the acknowledgement means that it is on the disk. */
#include <stdio.h>
#include <stdlib.h>
#include "load.h"

static Histogram latency;
static int64_t counted;

static void count_acknowledged(Connection *connection, int64_t upto, Nanoseconds time) {
  bool is_measured = time >= window_start && time < window_end;
  for (; connection->acknowledged < upto; connection->acknowledged++) {
    if (!is_measured) continue;
    counted++;
    add(&latency, time - connection->due[(connection->acknowledged + 1) % due_slots]);
  }
  if (time >= window_end) return;
  while (connection->sent - connection->acknowledged < options.depth) put_event(connection, time);
  flush(connection);
}

int append_events(void) {
  acknowledged = count_acknowledged;
  connection_count = options.publishers;
  options.readers = 0;
  connections = calloc(connection_count, sizeof *connections);
  window_start = window_end = INT64_MAX;
  for (int index = 0; index < connection_count; index++) {
    open_connection(&connections[index], index, 0);
    attend(&connections[index]);
  }
  for (Nanoseconds end = now() + 500000000; now() < end;) poll_until(end);
  window_start = now() + (Nanoseconds)(options.warm_up * 1e9);
  window_end = window_start + (Nanoseconds)(options.seconds * 1e9);
  is_awake = true;
  double others = others_seconds();
  Nanoseconds begun = now();
  for (int index = 0; index < connection_count; index++)
    count_acknowledged(&connections[index], 0, now());
  while (now() < window_start) poll_until(window_start);
  double server = server_seconds(), busy = busy_seconds();
  while (now() < window_end && !dead_count) poll_until(window_end);
  double passed = (double)(now() - window_start) / 1e9;
  server = (server_seconds() - server) / passed;
  busy = (busy_seconds() - busy) / passed;
  others = (others_seconds() - others) / ((double)(now() - begun) / 1e9);
  for (Nanoseconds end = now() + 2000000000; now() < end;) {
    int64_t in_flight = 0;
    for (int index = 0; index < connection_count; index++)
      in_flight += connections[index].sent - connections[index].acknowledged;
    if (!in_flight) break;
    poll_until(end);
  }
  printf("{\"connections\":%d,\"depth\":%d,\"per_second\":%.0f,\"p50_us\":%.0f,\"p99_us\":%.0f,"
    "\"server\":%.3f,\"server_us\":%.3f,\"generator\":%.3f,\"others\":%.3f,\"dropped\":%d}\n",
    connection_count, options.depth, (double)counted / passed, quantile(&latency, 0.5),
    quantile(&latency, 0.99), server, counted ? server * passed * 1e6 / (double)counted : 0, busy,
    others, dead_count);
  return dead_count ? 1 : 0;
}
