/* What comes back, however it is cut.

   Every reader gets every byte and follows its own chain of events; what a frame holds is decoded
   once, by the first who has it whole, and looked up by the others. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "load.h"

enum {
  frames_kept = 8192,
  dues_at_once = 512,
  /* Of a frame of the peer's that holds one event, and of a message Redis pushes. */
  framed_bytes = 2 + event_bytes, framed_due = 2 + 7,
  published_bytes = 114, published_due = 39,
};

void (*delivered)(Connection *, const Nanoseconds *due, int count, Nanoseconds time);
void (*acknowledged)(Connection *, int64_t upto, Nanoseconds time);

int64_t newest_acknowledged = -1;

static Frame frames[frames_kept];

static int64_t digits(const uint8_t *bytes) {
  int64_t value = 0;
  for (; *bytes >= '0' && *bytes <= '9'; bytes++) value = value * 10 + *bytes - '0';
  return value;
}

/* Eight digits at once, as they stand in memory. */
static uint64_t eight_digits(const uint8_t *bytes) {
  uint64_t value;
  memcpy(&value, bytes, sizeof value);
  value = (value & 0x0F0F0F0F0F0F0F0F) * (10 << 8 | 1) >> 8;
  value = (value & 0x00FF00FF00FF00FF) * (100 << 16 | 1) >> 16;
  return (value & 0x0000FFFF0000FFFF) * (10000ull << 32 | 1) >> 32;
}

static Nanoseconds due_of(const uint8_t *bytes) {
  return (Nanoseconds)(eight_digits(bytes) * 100000000 + eight_digits(bytes + 8));
}

/* Whole messages of one length that begin alike and hold one event each: tells of them, and says
   how many bytes they are. */
static size_t take_messages(Connection *connection, const uint8_t *bytes, size_t count,
  size_t length, size_t due, const uint8_t begin[2], Nanoseconds time) {
  Nanoseconds dues[dues_at_once];
  size_t taken = 0;
  while (count - taken >= length) {
    int found = 0;
    for (; found < dues_at_once && count - taken >= length; taken += length) {
      const uint8_t *message = bytes + taken;
      if (message[0] != begin[0] || message[1] != begin[1]) break;
      dues[found++] = due_of(message + due);
    }
    if (!found) break;
    delivered(connection, dues, found, time);
  }
  return taken;
}

/* The number behind a name, anywhere in the first `count` bytes; -1: it is not there. */
static int64_t number(const uint8_t *bytes, size_t count, const char *name) {
  const uint8_t *found = memmem(bytes, count, name, strlen(name));
  if (!found) return -1;
  found += strlen(name);
  return *found == '-' ? -1 : digits(found);
}

static Frame *frame_slot(int64_t first, int64_t length) {
  uint64_t hash = (uint64_t)(first * 31 + length) * 0x9E3779B97F4A7C15ull;
  return &frames[hash >> 51];
}

/* The due times of all events in a frame that publishers of ours sent. */
static Frame *decode_frame(const uint8_t *bytes, int64_t first, int64_t length) {
  static const char session[] = "\"session\":\"p";
  Frame *frame = frame_slot(first, length);
  frame->first = first;
  frame->length = length;
  frame->previous = number(bytes, length, "\"prev\":");
  frame->last = -1;
  frame->count = 0;
  const uint8_t *next = memmem(bytes, length, "\"next\":\"", 8);
  next = next ? memchr(next + 8, '.', 32) : NULL;
  require(next != NULL, "an events frame without next");
  frame->last = digits(next + 1) - 1;
  const uint8_t *at = bytes, *end = bytes + length;
  while ((at = memmem(at, end - at, session, sizeof session - 1))) {
    at += sizeof session - 1;
    int publisher = (at[0] - 'a') * 26 + at[1] - 'a';
    if (memcmp(at + 4, "\",\"seq\":", 8) || publisher >= options.publishers) continue;
    if (frame->count == frame->room) {
      frame->room = frame->room ? 2 * frame->room : 16;
      frame->due = realloc(frame->due, sizeof *frame->due * frame->room);
    }
    const Connection *author = &connections[options.readers + publisher];
    frame->due[frame->count++] = author->due[digits(at + 12) % due_slots];
  }
  return frame;
}

/* The place to go on from, as the server gave it. */
static void keep_cursor(Connection *connection) {
  static const char name[] = "\"next\":\"";
  const char *found = memmem(
    connection->head, connection->head_count, name, sizeof name - 1);
  require(found && sscanf(found + sizeof name - 1, "%63[^\"]", connection->cursor) == 1, "cursor");
}

static void finish_acknowledgement(Connection *connection, Nanoseconds time) {
  int64_t upto = number(connection->head, connection->head_count, "\"seq\":");
  int64_t offset = number(connection->head, connection->head_count, "\"offset\":");
  if (offset > newest_acknowledged) newest_acknowledged = offset;
  if (acknowledged) acknowledged(connection, upto, time);
}

/* A whole frame of events; `bytes` is NULL where somebody else has decoded it. */
static void finish_events(
  Connection *connection, const uint8_t *bytes, Nanoseconds time) {
  int64_t first = connection->first;
  Frame *frame = frame_slot(first, connection->length);
  if (frame->first != first || frame->length != connection->length) {
    require(bytes != NULL, "a frame was forgotten");
    frame = decode_frame(bytes, first, connection->length);
  }
  require(connection->last < 0 || connection->last == frame->previous, "an event was missed");
  connection->last = frame->last;
  if (options.from_cursor) keep_cursor(connection);
  if (delivered) delivered(connection, frame->due, frame->count, time);
}

static void finish_text(Connection *connection, const uint8_t *bytes, Nanoseconds time) {
  if (options.protocol == websocket) {
    if (connection->length != event_bytes || connection->publisher >= 0) return;
    Nanoseconds due = due_of(connection->head + framed_due - 2);
    delivered(connection, &due, 1, time);
  } else if (connection->is_events) {
    finish_events(connection, bytes, time);
  } else if (!memcmp(connection->head, "{\"type\":\"ack\"", 13)) {
    finish_acknowledgement(connection, time);
  } else if (!memcmp(connection->head, "{\"type\":\"welcome\"", 17)) {
    connection->is_welcome = true;
  } else if (!memcmp(connection->head, "{\"type\":\"snapshot\"", 18)) {
    connection->last = number(connection->head, connection->head_count, "\"prev\":");
  } else if (!memcmp(connection->head, "{\"type\":\"error\"", 15)) {
    fprintf(stderr, "refused: %.*s\n", connection->head_count, connection->head);
    exit(1);
  }
}

static void finish_frame(Connection *connection, const uint8_t *bytes, Nanoseconds time) {
  static const uint8_t pong[6] = {0x8A, 0x80, 0, 0, 0, 0};
  switch (connection->header[0] & 0x0F) {
  case 0x1: case 0x2: finish_text(connection, bytes, time); break;
  case 0x9:
    put(connection, pong, sizeof pong);
    flush(connection);
    break;
  }
  free(connection->whole);
  connection->whole = NULL;
  connection->is_in_frame = connection->is_events = false;
  connection->header_count = connection->head_count = 0;
}

/* Takes bytes of the header; true once it is whole. */
static bool read_header(Connection *connection, const uint8_t **bytes, size_t *count) {
  while (*count) {
    uint8_t *header = connection->header;
    header[connection->header_count++] = *(*bytes)++;
    --*count;
    if (connection->header_count < 2) continue;
    int wanted = header[1] == 126 ? 4 : header[1] == 127 ? 10 : 2;
    if (connection->header_count < wanted) continue;
    connection->length = wanted == 2 ? header[1] : 0;
    for (int index = 2; index < wanted; index++)
      connection->length = connection->length << 8 | header[index];
    connection->left = connection->length;
    connection->is_in_frame = true;
    return true;
  }
  return false;
}

/* Once enough of a message is here to know it: is it of events, and has anybody decoded it? */
static void recognise(Connection *connection) {
  connection->is_events = options.protocol == verbatim && connection->length > 15 &&
    !memcmp(connection->head, "{\"type\":\"events\"", 16);
  if (!connection->is_events) return;
  int64_t first = number(connection->head, connection->head_count, "\"first\":");
  connection->first = first;
  const Frame *frame = frame_slot(first, connection->length);
  if (frame->first == first && frame->length == connection->length) return;
  connection->whole = malloc(connection->length + 1);
  connection->whole[connection->length] = 0;
  memcpy(connection->whole, connection->head, connection->head_count);
}

static void decode_frames(
  Connection *connection, const uint8_t *bytes, size_t count, Nanoseconds time) {
  static const uint8_t begin[2] = {0x81, event_bytes};
  bool is_peer = options.protocol == websocket && connection->publisher < 0;
  while (count) {
    if (is_peer && !connection->is_in_frame && !connection->header_count) {
      size_t taken = take_messages(
        connection, bytes, count, framed_bytes, framed_due, begin, time);
      bytes += taken;
      count -= taken;
      if (!count) return;
    }
    if (!connection->is_in_frame && !read_header(connection, &bytes, &count)) return;
    int64_t wanted = connection->length < head_bytes ? connection->length : head_bytes;
    while (connection->head_count < wanted) {
      size_t part = wanted - connection->head_count;
      if (part > count) part = count;
      if (!part) return;
      memcpy(connection->head + connection->head_count, bytes, part);
      connection->head_count += part;
      connection->left -= part;
      bytes += part;
      count -= part;
      if (connection->head_count == wanted) recognise(connection);
    }
    size_t part = (int64_t)count < connection->left ? count : (size_t)connection->left;
    if (connection->whole)
      memcpy(connection->whole + connection->length - connection->left, bytes, part);
    connection->left -= part;
    bytes += part;
    count -= part;
    if (!connection->left) finish_frame(connection, connection->whole, time);
  }
}

/* `message` pushes of one length, or replies of two lines to XADD. */
static void decode_redis(
  Connection *connection, const uint8_t *bytes, size_t count, Nanoseconds time) {
  if (options.depth) {
    require(*bytes != '-' || connection->header_count, "Redis refused");
    for (const uint8_t *end = bytes + count; (bytes = memchr(bytes, '\n', end - bytes)); bytes++)
      connection->header_count++;
    connection->heard += connection->header_count / 2;
    connection->header_count %= 2;
    acknowledged(connection, connection->heard, time);
    return;
  }
  if (connection->publisher >= 0) return;
  static const uint8_t begin[2] = {'*', '3'};
  while (count) {
    if (!connection->head_count) {
      size_t taken = take_messages(
        connection, bytes, count, published_bytes, published_due, begin, time);
      bytes += taken;
      count -= taken;
      require(count < published_bytes, "not a message of Redis");
    }
    size_t part = published_bytes - connection->head_count;
    if (part > count) part = count;
    memcpy(connection->head + connection->head_count, bytes, part);
    connection->head_count += part;
    bytes += part;
    count -= part;
    if (connection->head_count < published_bytes) return;
    connection->head_count = 0;
    take_messages(connection, connection->head, published_bytes, published_bytes, published_due,
      begin, time);
  }
}

/* The answer to the handshake; false: not all of it yet. */
static bool decode_upgrade(Connection *connection, const uint8_t **bytes, size_t *count) {
  static const char accepted[12] = "HTTP/1.1 101", end[4] = "\r\n\r\n";
  while (*count) {
    uint8_t byte = *(*bytes)++;
    --*count;
    if (connection->head_count < (int)sizeof accepted) {
      require(byte == accepted[connection->head_count++], "no answer to the handshake");
      continue;
    }
    connection->header_count = byte == end[connection->header_count]
      ? connection->header_count + 1 : byte == '\r';
    if (connection->header_count < (int)sizeof end) continue;
    connection->is_upgrading = false;
    connection->head_count = connection->header_count = 0;
    return true;
  }
  return false;
}

void decode(Connection *connection, const uint8_t *bytes, size_t count, Nanoseconds time) {
  if (connection->is_upgrading) {
    if (!decode_upgrade(connection, &bytes, &count)) return;
    put_hello(connection);
    flush(connection);
  }
  if (options.protocol == redis) decode_redis(connection, bytes, count, time);
  else decode_frames(connection, bytes, count, time);
}
