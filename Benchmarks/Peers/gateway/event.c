/* One event as each protocol's publisher sends it: a keystroke. */
#include <stdio.h>
#include <string.h>
#include "load.h"

enum { draft_characters = 64 };

static const char words[] = "the words of a room appear as they are typed ";

/* An edit that types one character; a full draft is typed over. */
static void put_edit(Connection *connection) {
  char text[160];
  int64_t index = connection->sent - 1;
  int at = index % draft_characters, removed = index && !at ? draft_characters : 0;
  put_text(connection, text, sprintf(text,
    "{\"type\":\"edit\",\"seq\":%lld,\"draft\":1,\"at\":%d,\"del\":%d,\"ins\":\"%c\","
    "\"kind\":\"type\"}", (long long)connection->sent, at, removed,
    words[index % (int64_t)(sizeof words - 1)]));
}

/* Eighty bytes of JSON that begin with the time at which they were due. */
static void event_json(char *text, const Connection *connection, Nanoseconds due) {
  char long_enough[160];
  sprintf(long_enough,
    "{\"due\":%016lld,\"room\":\"lobby\",\"by\":\"pwga2nif\",\"ins\":\"%c\",\"at\":%09lld}",
    (long long)due, words[connection->sent % (int64_t)(sizeof words - 1)],
    (long long)connection->sent % 1000000000);
  memcpy(text, long_enough, event_bytes);
}

void put_event(Connection *connection, Nanoseconds due) {
  char text[event_bytes], command[160];
  connection->sent++;
  connection->due[connection->sent % due_slots] = due;
  switch (options.protocol) {
  case verbatim: put_edit(connection); break;
  case websocket:
    event_json(text, connection, due);
    put_text(connection, text, event_bytes);
    break;
  case redis:
    event_json(text, connection, due);
    put(connection, command, options.depth
      ? sprintf(command,
          "*5\r\n$4\r\nXADD\r\n$6\r\nevents\r\n$1\r\n*\r\n$1\r\ne\r\n$80\r\n%.80s\r\n", text)
      : sprintf(command, "*3\r\n$7\r\nPUBLISH\r\n$4\r\nroom\r\n$80\r\n%.80s\r\n", text));
    break;
  }
}
