/* Connections: handshake, greeting, one epoll, bytes out. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "load.h"

/* What is read at once still fits in a core's own cache when it is decoded. */
enum { input_bytes = 1 << 18, events_at_once = 128, pause_nanoseconds = 5000 };

static int epoll = -1;
static uint8_t input[input_bytes];
uint64_t receive_count, receive_bytes;
Nanoseconds decode_time, unused_time;
bool is_awake;

static void die(Connection *connection) {
  if (connection->is_dead) return;
  connection->is_dead = true;
  dead_count++;
  connection->outbox_sent = connection->outbox_count = 0;
  epoll_ctl(epoll, EPOLL_CTL_DEL, connection->fd, NULL);
}

void put(Connection *connection, const void *bytes, size_t count) {
  if (connection->outbox_sent > connection->outbox_count / 2) {
    connection->outbox_count -= connection->outbox_sent;
    memmove(connection->outbox, connection->outbox + connection->outbox_sent,
      connection->outbox_count);
    connection->outbox_sent = 0;
  }
  if (connection->outbox_count + count > connection->outbox_room) {
    connection->outbox_room = 2 * (connection->outbox_count + count);
    connection->outbox = realloc(connection->outbox, connection->outbox_room);
  }
  memcpy(connection->outbox + connection->outbox_count, bytes, count);
  connection->outbox_count += count;
}

/* A client's frame, masked with a key of zeros. */
void put_text(Connection *connection, const void *bytes, size_t count) {
  uint8_t header[8] = {0x81, 0x80 | (count < 126 ? count : 126), 0, 0, 0, 0, 0, 0};
  if (count >= 126) {
    header[2] = count >> 8;
    header[3] = count;
  }
  put(connection, header, count < 126 ? 6 : 8);
  put(connection, bytes, count);
}

void flush(Connection *connection) {
  if (!connection->outbox_count || connection->is_dead) return;
  ssize_t sent = send(connection->fd, connection->outbox + connection->outbox_sent,
    connection->outbox_count - connection->outbox_sent, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) {
    die(connection);
    return;
  }
  if (sent > 0) connection->outbox_sent += sent;
  if (connection->outbox_sent == connection->outbox_count)
    connection->outbox_sent = connection->outbox_count = 0;
  bool waits = connection->outbox_count > 0;
  if (waits == connection->is_writable_awaited) return;
  connection->is_writable_awaited = waits;
  struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = connection};
  epoll_ctl(epoll, EPOLL_CTL_MOD, connection->fd, &event);
}

static void receive(Connection *connection) {
  ssize_t count = recv(connection->fd, input, sizeof input, MSG_DONTWAIT);
  if (count > 0) {
    receive_count++;
    receive_bytes += count;
    Nanoseconds time = now();
    decode(connection, input, count, time);
    decode_time += now() - time;
  } else if (count == 0 || errno != EAGAIN) {
    die(connection);
  }
}

/* One look at what is ready. Awake, it does not wait: a server must not pay for waking its readers,
   which in earnest are other machines. Else it sleeps until `time` at most. */
void poll_until(Nanoseconds time) {
  struct epoll_event ready[events_at_once];
  Nanoseconds begun = now(), rest = is_awake || time < begun ? 0 : time - begun;
  struct timespec most = {rest / 1000000000, rest % 1000000000};
  int count = epoll_pwait2(epoll, ready, events_at_once, &most, NULL);
  /* Looking all the time would slow the server down, whose calls mark what is ready. */
  if (!count && is_awake) while (now() < begun + pause_nanoseconds) continue;
  if (!count) unused_time += now() - begun;
  for (int index = 0; index < count; index++) {
    Connection *connection = ready[index].data.ptr;
    if (connection->is_dead) continue;
    if (ready[index].events & EPOLLOUT) flush(connection);
    if (ready[index].events & ~EPOLLOUT) receive(connection);
  }
}

static int request(char *bytes, size_t room, const char *path, const char *subprotocol) {
  return snprintf(bytes, room,
    "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n%s\r\n",
    path, options.port, subprotocol);
}

static void upgrade(Connection *connection, const char *path, const char *subprotocol) {
  char bytes[4096];
  int count = request(bytes, sizeof bytes, path, subprotocol);
  require(send(connection->fd, bytes, count, MSG_NOSIGNAL) == count, "handshake");
  /* Byte by byte: nothing behind the head may be taken with it. */
  for (count = 0; count < 4 || memcmp(bytes + count - 4, "\r\n\r\n", 4); count++) {
    require(count < (int)sizeof bytes, "a long answer to the handshake");
    require(recv(connection->fd, bytes + count, 1, 0) == 1, "no answer to the handshake");
  }
  bytes[count - 1] = 0;
  if (memcmp(bytes, "HTTP/1.1 101", 12)) {
    fprintf(stderr, "%s\n", bytes);
    exit(1);
  }
}

/* Ours. A publisher that comes again is another session. */
void put_hello(Connection *connection) {
  char hello[256];
  int publisher = connection->publisher;
  const char *cursor = connection->cursor;
  put_text(connection, hello, publisher >= 0
    ? sprintf(hello, "{\"type\":\"hello\",\"session\":\"p%c%ca%c\",\"listen\":false}",
        'a' + publisher / 26, 'a' + publisher % 26, 'a' + connection->generation)
    : sprintf(hello, "{\"type\":\"hello\",\"session\":\"aaaaa\",\"watch\":true%s%s%s}",
        *cursor ? ",\"from\":\"" : "", cursor, *cursor ? "\"" : ""));
}

static const char our_path[] = "/rooms/lobby/socket",
  our_subprotocol[] = "Sec-WebSocket-Protocol: verbatim.v1\r\n";

/* Every protocol's way into the room. */
static void greet(Connection *connection) {
  int publisher = connection->publisher;
  switch (options.protocol) {
  case verbatim:
    upgrade(connection, our_path, our_subprotocol);
    put_hello(connection);
    break;
  case websocket:
    upgrade(connection, publisher < 0 ? "/read" : "/write", "");
    break;
  case redis:
    if (publisher < 0) put(connection, "SUBSCRIBE room\r\n", 16);
    break;
  }
}

static struct sockaddr_in server_address(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options.port)};
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  return address;
}

void open_connection(Connection *connection, int publisher, int receive_buffer) {
  struct sockaddr_in address = server_address();
  connection->fd = socket(AF_INET, SOCK_STREAM, 0);
  connection->publisher = publisher;
  connection->last = -1;
  int one = 1;
  setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (receive_buffer)
    setsockopt(connection->fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  require(!connect(connection->fd, (void *)&address, sizeof address), "connect");
  greet(connection);
  if (connection->outbox_count)
    require(send(connection->fd, connection->outbox, connection->outbox_count, MSG_NOSIGNAL) ==
      (ssize_t)connection->outbox_count, "hello");
  connection->outbox_count = 0;
  if (options.protocol == redis && publisher < 0) {
    /* *3 $9 subscribe $4 room :1 */
    char reply[64];
    require(recv(connection->fd, reply, 33, MSG_WAITALL) == 33, "subscribe");
  }
  if (publisher >= 0) connection->due = malloc(sizeof(Nanoseconds) * due_slots);
  fcntl(connection->fd, F_SETFL, O_NONBLOCK);
}

/* From now on its bytes are read. */
void attend(Connection *connection) {
  if (epoll < 0) epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  require(!epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event), "epoll");
}

/* True: the server had closed it already, though bytes may still wait to be read. */
bool close_connection(Connection *connection) {
  struct pollfd state = {.fd = connection->fd, .events = POLLRDHUP};
  bool is_over = poll(&state, 1, 0) > 0 && state.revents & (POLLRDHUP | POLLHUP | POLLERR);
  close(connection->fd);
  free(connection->outbox);
  return is_over;
}

/* Its place in the room is kept, all else is not. */
void forget_connection(Connection *connection) {
  Connection kept = *connection;
  close(kept.fd);
  free(kept.outbox);
  free(kept.whole);
  free(kept.due);
  memset(connection, 0, sizeof *connection);
  connection->publisher = kept.publisher;
  connection->last = kept.last;
  connection->generation = kept.generation + 1;
  memcpy(connection->cursor, kept.cursor, sizeof kept.cursor);
}

void begin_connection(Connection *connection) {
  struct sockaddr_in address = server_address();
  char bytes[4096];
  int one = 1;
  connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  require(!connect(connection->fd, (void *)&address, sizeof address) || errno == EINPROGRESS,
    "connect");
  connection->is_upgrading = true;
  connection->head_count = connection->header_count = 0;
  put(connection, bytes, request(bytes, sizeof bytes, our_path, our_subprotocol));
  attend(connection);
  flush(connection);
}

bool can_connect(void) {
  struct sockaddr_in address = server_address();
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  bool is_there = !connect(fd, (void *)&address, sizeof address);
  close(fd);
  return is_there;
}
