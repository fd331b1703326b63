/* From a model's server to a watcher's socket: both ends in one process, with one clock.

     replies MODEL_PORT SERVER_PORT WATCHERS REPLIES TOKENS RATE

   Listens on MODEL_PORT as a model that says when it said each token ("@" and nanoseconds of the
   monotonic clock), RATE a second. Joins the server on SERVER_PORT with so many watchers, asks for
   so many replies one after the other, and prints one JSON object: what lay between the model's
   send and a watcher's read. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  stamp_bytes = 17,       /* "@" and 16 digits */
  input_bytes = 1 << 16,
  events_at_once = 64,
  quiet_seconds = 10,     /* between two signs of life */
  patience_seconds = 30,  /* without a token: it hangs */
};

typedef struct {
  int fd;
  char rest[stamp_bytes]; /* of a stamp that was cut */
  int rest_count;
} Watcher;

static int model_port, server_port, watcher_count, reply_count, tokens;
static double rate;
static uint32_t *latencies; /* microseconds */
static size_t latency_count, latency_most;
static double late_most;    /* microseconds a token was sent behind its time */

static void require(bool holds, const char *what) {
  if (holds) return;
  perror(what);
  exit(1);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void send_all(int fd, const void *bytes, size_t count) {
  require(send(fd, bytes, count, MSG_NOSIGNAL) == (ssize_t)count, "send");
}

/* The model. */

/* Head and body, whatever it asks. */
static void read_request(int fd, char *bytes, size_t room) {
  size_t count = 0, wanted = room;
  while (count < wanted) {
    ssize_t got = recv(fd, bytes + count, room - 1 - count, 0);
    require(got > 0, "no request");
    count += got;
    bytes[count] = 0;
    const char *end = strstr(bytes, "\r\n\r\n");
    const char *length = strcasestr(bytes, "\r\ncontent-length:");
    if (!end) continue;
    wanted = end + 4 - bytes + (length ? strtoul(length + 17, NULL, 10) : 0);
    require(wanted < room, "a large request");
  }
}

static void answer(int fd) {
  static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    "Connection: close\r\n\r\n";
  static const char end[] =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: [DONE]\n\n";
  char bytes[65536];
  read_request(fd, bytes, sizeof bytes);
  send_all(fd, head, sizeof head - 1);
  int64_t start = now() + 200000000;
  for (int token = 0; token < tokens; token++) {
    int64_t due = start + (int64_t)(token * 1e9 / rate);
    struct timespec until = {due / 1000000000, due % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    int64_t time = now();
    if ((double)(time - due) / 1e3 > late_most) late_most = (double)(time - due) / 1e3;
    int count = snprintf(bytes, sizeof bytes,
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@%016lld \"},"
      "\"finish_reason\":null}]}\n\n", (long long)time);
    send_all(fd, bytes, count);
  }
  send_all(fd, end, sizeof end - 1);
  close(fd);
}

static void *serve(void *listener) {
  while (true) {
    int fd = accept((int)(intptr_t)listener, NULL, NULL), one = 1;
    require(fd >= 0, "accept");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    answer(fd);
  }
  return NULL;
}

static struct sockaddr_in address_of(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  return address;
}

static void start_model(void) {
  struct sockaddr_in address = address_of(model_port);
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  require(!bind(fd, (void *)&address, sizeof address) && !listen(fd, 4), "listen");
  pthread_t thread;
  require(!pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd), "thread");
}

/* The watchers. */

/* A client's text, masked with a key of zeros. */
static void say(int fd, const char *text) {
  size_t count = strlen(text);
  uint8_t frame[1024] = {0x81, 0x80 | (count < 126 ? count : 126)};
  size_t head = count < 126 ? 6 : 8;
  if (count >= 126) {
    frame[2] = count >> 8;
    frame[3] = count;
  }
  memcpy(frame + head, text, count);
  send_all(fd, frame, head + count);
}

static int join(const char *hello) {
  struct sockaddr_in address = address_of(server_port);
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  require(!connect(fd, (void *)&address, sizeof address), "connect");
  char bytes[4096];
  int count = snprintf(bytes, sizeof bytes,
    "GET /rooms/lobby/socket HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n"
    "Sec-WebSocket-Protocol: verbatim.v1\r\n\r\n", server_port);
  send_all(fd, bytes, count);
  for (count = 0; count < 4 || memcmp(bytes + count - 4, "\r\n\r\n", 4); count++)
    require(count < (int)sizeof bytes && recv(fd, bytes + count, 1, 0) == 1, "handshake");
  require(!memcmp(bytes, "HTTP/1.1 101", 12), "no upgrade");
  say(fd, hello);
  return fd;
}

/* Takes the stamps out of what came at `time`, wherever it was cut; true: a reply ended in it. */
static bool take(Watcher *watcher, int64_t time, char *input, ssize_t count) {
  memcpy(input - watcher->rest_count, watcher->rest, watcher->rest_count);
  char *at = input - watcher->rest_count, *end = input + count;
  watcher->rest_count = 0;
  while ((at = memchr(at, '@', end - at))) {
    if (end - at < stamp_bytes) {
      watcher->rest_count = end - at;
      memcpy(watcher->rest, at, watcher->rest_count);
      break;
    }
    require(latency_count < latency_most, "more tokens than were said");
    latencies[latency_count++] = (time - strtoll(at + 1, NULL, 10)) / 1000;
    at += stamp_bytes;
  }
  return memmem(input, count, "reply.finished", 14) != NULL;
}

static int compare(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

static double quantile(double part) {
  return latency_count ? latencies[(size_t)(part * (double)(latency_count - 1))] / 1e3 : -1;
}

static void ask(int fd, int reply) {
  char text[256];
  snprintf(text, sizeof text, "{\"type\":\"send\",\"seq\":%d,\"draft\":%d,\"text\":\"go on\"}",
    reply + 1, reply + 1);
  say(fd, text);
}

static void watch(Watcher *watchers, int epoll) {
  static char memory[stamp_bytes + input_bytes];
  char *input = memory + stamp_bytes;
  int replies = 0;
  size_t expected = 0;
  int64_t alive = now(), heard = now();
  while (latency_count < expected || replies < reply_count) {
    if (latency_count == expected) {
      ask(watchers[0].fd, replies++);
      expected += (size_t)tokens * watcher_count;
    }
    struct epoll_event ready[events_at_once];
    int count = epoll_wait(epoll, ready, events_at_once, 1000);
    for (int index = 0; index < count; index++) {
      Watcher *watcher = ready[index].data.ptr;
      ssize_t got = recv(watcher->fd, input, input_bytes, MSG_DONTWAIT);
      require(got > 0, "a watcher was let go");
      take(watcher, now(), input, got);
      heard = now();
    }
    if (now() - alive > quiet_seconds * 1000000000LL) {
      for (int index = 0; index < watcher_count; index++)
        say(watchers[index].fd, "{\"type\":\"pong\"}");
      alive = now();
    }
    if (now() - heard > patience_seconds * 1000000000LL) break;
  }
  qsort(latencies, latency_count, sizeof *latencies, compare);
  printf("{\"watchers\":%d,\"replies\":%d,\"tokens\":%d,\"rate\":%.0f,\"received\":%zu,"
    "\"missing\":%zu,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"p999_ms\":%.2f,\"most_ms\":%.2f,"
    "\"model_late_most_ms\":%.2f}\n", watcher_count, replies, tokens, rate, latency_count,
    expected - latency_count, quantile(0.5), quantile(0.99), quantile(0.999), quantile(1),
    late_most / 1e3);
}

int main(int count, char **words) {
  require(count == 7, "usage: replies MODEL_PORT SERVER_PORT WATCHERS REPLIES TOKENS RATE");
  model_port = atoi(words[1]);
  server_port = atoi(words[2]);
  watcher_count = atoi(words[3]);
  reply_count = atoi(words[4]);
  tokens = atoi(words[5]);
  rate = atof(words[6]);
  latency_most = (size_t)watcher_count * reply_count * tokens;
  latencies = malloc(latency_most * sizeof *latencies);
  start_model();
  Watcher *watchers = calloc(watcher_count, sizeof *watchers);
  int epoll = epoll_create1(0);
  for (int index = 0; index < watcher_count; index++) {
    /* The first is the one who asks, and watches like the others. */
    watchers[index].fd = join(index
      ? "{\"type\":\"hello\",\"session\":\"aaaaa\",\"watch\":true}"
      : "{\"type\":\"hello\",\"session\":\"bbbbb\",\"visibility\":\"send\"}");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &watchers[index]};
    require(!epoll_ctl(epoll, EPOLL_CTL_ADD, watchers[index].fd, &event), "epoll");
  }
  sleep(1);
  watch(watchers, epoll);
}
