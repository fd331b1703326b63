// Fills a Redis stream, and reads it from the beginning in pages, merely counting the entries.
//
//   redis_read PORT fill FILE ENTRIES    FILE: one value a line, used again and again
//   redis_read PORT read PAGE ENTRIES    prints `events/s N`, entries read a second of wall time
//
// A page is XRANGE from behind the last entry of the page before. Of an answer only the lengths
// are read, and of its last entry the ID: what the least that any reader has to do costs.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 22, PIPELINED = 500 };

static int server;
static char buffer[BUFFER];
static size_t start, end;

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static void put(const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t sent = write(server, bytes, count);
    if (sent < 0) fail("write");
    bytes += sent;
    count -= (size_t)sent;
  }
}

// Makes at least `count` bytes available at buffer + start.
static void need(size_t count) {
  if (end - start >= count) return;
  memmove(buffer, buffer + start, end - start);
  end -= start;
  start = 0;
  while (end < count) {
    ssize_t got = read(server, buffer + end, BUFFER - end);
    if (got <= 0) fail("read");
    end += (size_t)got;
  }
}

// The number on a line such as `*10000` or `$108`.
static long head(char kind) {
  char *eol;
  need(4);
  while (!(eol = memchr(buffer + start, '\n', end - start))) need(end - start + 1);
  if (buffer[start] != kind) {
    fprintf(stderr, "unexpected answer: %.*s\n", (int)(eol - buffer - (long)start), buffer + start);
    exit(1);
  }
  long value = strtol(buffer + start + 1, NULL, 10);
  start = (size_t)(eol - buffer) + 1;
  return value;
}

static const char *string(long *length) {
  *length = head('$');
  need((size_t)*length + 2);
  const char *bytes = buffer + start;
  start += (size_t)*length + 2;
  return bytes;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fill(const char *path, long entries) {
  FILE *file = fopen(path, "r");
  if (!file) fail(path);
  char *line = NULL;
  size_t room = 0;
  long waiting = 0;
  static char command[70000];
  for (long done = 0; done < entries; done++) {
    ssize_t length = getline(&line, &room, file);
    if (length < 0) {
      rewind(file);
      length = getline(&line, &room, file);
      if (length < 0) fail("an empty file");
    }
    if (line[length - 1] == '\n') length--;
    int count = snprintf(command, sizeof command,
      "*5\r\n$4\r\nXADD\r\n$2\r\nev\r\n$1\r\n*\r\n$1\r\ne\r\n$%zd\r\n%.*s\r\n", length, (int)length,
      line);
    put(command, (size_t)count);
    if (++waiting == PIPELINED || done == entries - 1)
      for (long skipped; waiting > 0; waiting--) string(&skipped);
  }
  fclose(file);
}

static void read_all(long page, long entries) {
  char last[64] = "-";
  long seen = 0;
  double begin = now();
  while (seen < entries) {
    char command[256];
    char count[32];
    snprintf(count, sizeof count, "%ld", page);
    int length = snprintf(command, sizeof command,
      "*6\r\n$6\r\nXRANGE\r\n$2\r\nev\r\n$%zu\r\n%s\r\n$1\r\n+\r\n$5\r\nCOUNT\r\n$%zu\r\n%s\r\n",
      strlen(last), last, strlen(count), count);
    put(command, (size_t)length);
    long got = head('*');
    for (long entry = 0; entry < got; entry++) {
      long size;
      head('*');
      const char *id = string(&size);
      if (entry == got - 1) snprintf(last, sizeof last, "(%.*s", (int)size, id);
      for (long fields = head('*'); fields > 0; fields--) string(&size);
    }
    seen += got;
    // From the beginning again, until as many as were asked for have been read.
    if (got < page) strcpy(last, "-");
  }
  printf("events/s %.0f\n", (double)seen / (now() - begin));
}

int main(int count, char **words) {
  if (count != 5) return 2;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(server, (struct sockaddr *)&address, sizeof address)) fail("connect");
  int one = 1;
  setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (!strcmp(words[2], "fill")) fill(words[3], atol(words[4]));
  else read_all(atol(words[3]), atol(words[4]));
  return 0;
}
