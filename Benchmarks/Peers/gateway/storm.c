/* Readers that come back all at once after the server was killed: each must get exactly what it
   missed, or a snapshot, and then hear whatever comes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "load.h"

enum { missed_events = 500, later_events = 20, patience_seconds = 60 };

static const Nanoseconds second = 1000000000;

static int64_t heard_events;

static void count_heard(
  Connection *connection, const Nanoseconds *due, int count, Nanoseconds time) {
  heard_events += count;
}

static void note_acknowledged(Connection *connection, int64_t upto, Nanoseconds time) {
  connection->acknowledged = upto;
}

static void publish(int count) {
  for (int index = 0; index < count; index++) {
    Connection *publisher = &connections[options.readers + index % options.publishers];
    put_event(publisher, now());
    flush(publisher);
    poll_until(0);
  }
}

static bool is_acknowledged(void) {
  for (int index = options.readers; index < connection_count; index++)
    if (connections[index].acknowledged < connections[index].sent) return false;
  return true;
}

static void await(bool (*holds)(void), const char *what) {
  for (Nanoseconds end = now() + patience_seconds * second; !holds(); poll_until(now() + 1000000))
    require(now() < end && !dead_count, what);
}

static int64_t wanted;
static bool is_heard(void) { return heard_events >= wanted; }

static bool is_live(const Connection *connection) {
  return connection->is_welcome && connection->last >= newest_acknowledged;
}
static int live_count;
static bool are_live(void) {
  while (live_count < options.readers && is_live(&connections[live_count])) live_count++;
  return live_count == options.readers;
}

static void enter_publishers(void) {
  for (int index = options.readers; index < connection_count; index++) {
    open_connection(&connections[index], index - options.readers, 0);
    attend(&connections[index]);
  }
}

/* The server is gone and there again; from its first accepted connection on. */
static Nanoseconds await_server(void) {
  while (dead_count < options.publishers) poll_until(now() + 1000000);
  dead_count = 0;
  for (Nanoseconds end = now() + patience_seconds * second; now() < end; usleep(500))
    if (can_connect()) return now();
  require(false, "the server does not come back");
  return 0;
}

static void come_back(void) {
  for (int index = 0; index < options.readers; index++) {
    Connection *connection = &connections[index];
    if (!options.from_cursor) {
      connection->last = -1;
      connection->cursor[0] = 0;
    }
    connection->is_welcome = false;
    begin_connection(connection);
    if (index % 64 == 63) poll_until(0);
  }
}

int storm(void) {
  delivered = count_heard;
  acknowledged = note_acknowledged;
  connection_count = options.readers + options.publishers;
  connections = calloc(connection_count, sizeof *connections);
  for (int index = 0; index < options.readers; index++) {
    open_connection(&connections[index], -1, 0);
    attend(&connections[index]);
    if (index % 64 == 63) poll_until(0);
  }
  enter_publishers();
  publish(later_events);
  wanted = (int64_t)later_events * options.readers;
  await(is_heard, "events before the storm");
  for (int index = 0; index < options.readers; index++) forget_connection(&connections[index]);
  publish(missed_events);
  await(is_acknowledged, "acknowledgements");
  printf("{\"ready\":true}\n");
  fflush(stdout);

  is_awake = true;
  heard_events = 0;
  Nanoseconds start = await_server();
  come_back();
  await(are_live, "everybody live");
  double live = (double)(now() - start) / 1e9;
  int64_t caught_up = heard_events;
  for (int index = options.readers; index < connection_count; index++)
    forget_connection(&connections[index]);
  enter_publishers();
  publish(later_events);
  wanted = caught_up + (int64_t)later_events * options.readers;
  await(is_heard, "events after the storm");
  int64_t missed = options.from_cursor ? (int64_t)missed_events * options.readers : 0;
  printf("{\"readers\":%d,\"from_cursor\":%d,\"live_s\":%.3f,\"caught_up\":%lld,\"lost\":%lld,"
    "\"doubled\":%lld,\"dropped\":%d}\n", options.readers, options.from_cursor, live,
    (long long)caught_up, (long long)(caught_up < missed ? missed - caught_up : 0),
    (long long)(heard_events - wanted), dead_count);
  return 0;
}
