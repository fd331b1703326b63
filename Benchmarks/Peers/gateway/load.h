/* A load generator for rooms: one thread, one epoll, three protocols. See main.c. */
#ifndef LOAD_H
#define LOAD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  head_bytes = 128,       /* of a message, enough to know which one it is */
  publishers_max = 64,
  cursor_bytes = 64,      /* with a zero behind it */
  event_bytes = 80,       /* of one event as the peers carry it */
  due_slots = 1 << 20,    /* events of one publisher whose due time is remembered */
};

typedef int64_t Nanoseconds;

typedef enum { verbatim, websocket, redis } Protocol;

/* A frame of events as the first who got it whole decoded it. */
typedef struct {
  int64_t first, length, previous, last;
  int count, room;
  Nanoseconds *due;
} Frame;

typedef struct {
  int fd, publisher;      /* publisher: its number, -1 for a reader */
  bool is_dead, is_writable_awaited;
  bool is_upgrading, is_welcome;
  int generation;         /* how often it came before */
  char cursor[cursor_bytes];
  /* What came of a frame or reply so far. */
  uint8_t header[10], head[head_bytes + 1];
  int header_count, head_count;
  int64_t length, left, first;
  bool is_in_frame, is_events;
  uint8_t *whole;         /* of a frame nobody has decoded yet */
  int64_t last;           /* offset of the newest event it has; -1: none yet */
  /* What it still has to send. */
  uint8_t *outbox;
  size_t outbox_sent, outbox_count, outbox_room;
  /* A publisher's own events. */
  int64_t sent, acknowledged;
  Nanoseconds *due;
  int depth;
  int64_t heard;
} Connection;

typedef struct {
  uint64_t count, most, buckets[64 * 128];
} Histogram;

typedef struct {
  Protocol protocol;
  int port, server;
  int readers, publishers, depth, stalled, from_cursor;
  double seconds, warm_up, hold;
  const char *rates;
  double ramp, low, high, next;
  int tries;
} Options;

extern Options options;
extern Connection *connections;
extern int connection_count, dead_count;
/* The measured window: events due in it, acknowledgements that came in it. */
extern Nanoseconds window_start, window_end;

/* measure.c */
Nanoseconds now(void);
void require(bool holds, const char *what);
void add(Histogram *histogram, Nanoseconds value);
double quantile(const Histogram *histogram, double part);
double server_seconds(void);
long server_kilobytes(void);
double busy_seconds(void);
double others_seconds(void);

/* wire.c */
void put_hello(Connection *connection);
void open_connection(Connection *connection, int publisher, int receive_buffer);
void attend(Connection *connection);
bool close_connection(Connection *connection);
/* Without waiting for anything: what comes is read as it comes. */
void begin_connection(Connection *connection);
void forget_connection(Connection *connection);
bool can_connect(void);
void put(Connection *connection, const void *bytes, size_t count);
void put_text(Connection *connection, const void *bytes, size_t count);
void flush(Connection *connection);
void poll_until(Nanoseconds time);
extern uint64_t receive_count, receive_bytes;
/* Within receiving: decoding. Within polling: finding nothing. */
extern Nanoseconds decode_time, unused_time;
extern bool is_awake;

/* decode.c: tells of every event delivered, or every event acknowledged. */
void decode(Connection *connection, const uint8_t *bytes, size_t count, Nanoseconds time);
extern void (*delivered)(Connection *, const Nanoseconds *due, int count, Nanoseconds time);
extern void (*acknowledged)(Connection *, int64_t upto, Nanoseconds time);
/* The newest offset that anybody was told of as durable. */
extern int64_t newest_acknowledged;

/* event.c: the next event of a publisher, into its outbox. */
void put_event(Connection *connection, Nanoseconds due);

/* fanout.c, append.c, storm.c */
int fan_out(void);
int idle(void);
int stalled(void);
int storm(void);
int append_events(void);
#endif
