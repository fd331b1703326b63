/* What comes back, however it is cut.

   Every reader gets every byte and follows its own chain of events; what a frame holds is decoded
   once, by the first who has it whole, and looked up by the others. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "load.h"

enum { frames_kept = 8192, published_bytes = 114, published_due = 39, json_due = 7 };

void (*delivered)(Connection *, const Nanoseconds *due, int count, Nanoseconds time);
void (*acknowledged)(Connection *, int64_t upto, Nanoseconds time);

static Frame frames[frames_kept];

static int64_t digits(const uint8_t *bytes) {
  int64_t value = 0;
  for (; *bytes >= '0' && *bytes <= '9'; bytes++) value = value * 10 + *bytes - '0';
  return value;
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

/* A whole frame of events; `bytes` is NULL where somebody else has decoded it. */
static void finish_events(
  Connection *connection, const uint8_t *bytes, Nanoseconds time) {
  size_t known = connection->length < head_bytes ? connection->length : head_bytes;
  int64_t first = number(connection->head, known, "\"first\":");
  Frame *frame = frame_slot(first, connection->length);
  if (frame->first != first || frame->length != connection->length) {
    require(bytes != NULL, "a frame was forgotten");
    frame = decode_frame(bytes, first, connection->length);
  }
  require(connection->last < 0 || connection->last == frame->previous, "an event was missed");
  connection->last = frame->last;
  if (delivered) delivered(connection, frame->due, frame->count, time);
}

static void finish_text(Connection *connection, const uint8_t *bytes, Nanoseconds time) {
  static const char ack[] = "{\"type\":\"ack\",\"seq\":";
  if (options.protocol == websocket) {
    if (connection->length != event_bytes || connection->publisher >= 0) return;
    Nanoseconds due = digits(connection->head + json_due);
    delivered(connection, &due, 1, time);
  } else if (connection->is_events) {
    finish_events(connection, bytes, time);
  } else if (!memcmp(connection->head, ack, sizeof ack - 1)) {
    if (acknowledged) acknowledged(connection, digits(connection->head + sizeof ack - 1), time);
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
  const Frame *frame = frame_slot(first, connection->length);
  if (frame->first == first && frame->length == connection->length) return;
  connection->whole = malloc(connection->length + 1);
  connection->whole[connection->length] = 0;
  memcpy(connection->whole, connection->head, connection->head_count);
}

static void decode_frames(
  Connection *connection, const uint8_t *bytes, size_t count, Nanoseconds time) {
  while (count) {
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
  while (count) {
    const uint8_t *message = bytes;
    size_t part = published_bytes - connection->head_count;
    if (part > count) part = count;
    if (part < published_bytes) {
      memcpy(connection->head + connection->head_count, bytes, part);
      connection->head_count += part;
      message = connection->head;
    }
    bytes += part;
    count -= part;
    if (part < published_bytes && connection->head_count < published_bytes) return;
    connection->head_count = 0;
    require(*message == '*', "not a message of Redis");
    Nanoseconds due = digits(message + published_due);
    delivered(connection, &due, 1, time);
  }
}

void decode(Connection *connection, const uint8_t *bytes, size_t count, Nanoseconds time) {
  if (options.protocol == redis) decode_redis(connection, bytes, count, time);
  else decode_frames(connection, bytes, count, time);
}
