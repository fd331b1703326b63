/* The load that dev/bench-gateway puts on a server of its machine; prints a JSON object a line.

     load fanout  PROTOCOL port=N server=PID readers=N [publishers=4] [rates=20,240] [hold=3]
                  [ramp=DELIVERIES/S [low=] [high=] [next=] [tries=]] [seconds=1]
     load append  PROTOCOL port=N server=PID publishers=N depth=N [seconds=2]
     load idle    PROTOCOL port=N server=PID readers=N [hold=10]
     load stalled PROTOCOL port=N server=PID readers=N stalled=N rates=N [hold=10]
     load storm   verbatim port=N server=PID readers=N from_cursor=0|1
       says "ready" and waits for the server to be killed and to come back

   PROTOCOL: verbatim, or websocket (a server that sends every text frame of /write to all of
   /read), or redis (PUBLISH, or XADD with append). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "load.h"

Options options = {
  .publishers = 4, .seconds = 1, .warm_up = 0.5, .hold = 3, .rates = ""};
Connection *connections;
int connection_count, dead_count;
Nanoseconds window_start, window_end;

static void read_option(const char *text) {
  const char *value = strchr(text, '=');
  require(value != NULL, text);
  value++;
  #define IS(name) (!strncmp(text, name "=", sizeof name))
  if (IS("port")) options.port = atoi(value);
  else if (IS("server")) options.server = atoi(value);
  else if (IS("readers")) options.readers = atoi(value);
  else if (IS("publishers")) options.publishers = atoi(value);
  else if (IS("depth")) options.depth = atoi(value);
  else if (IS("stalled")) options.stalled = atoi(value);
  else if (IS("from_cursor")) options.from_cursor = atoi(value);
  else if (IS("seconds")) options.seconds = atof(value);
  else if (IS("hold")) options.hold = atof(value);
  else if (IS("rates")) options.rates = value;
  else if (IS("ramp")) options.ramp = atof(value);
  else if (IS("low")) options.low = atof(value);
  else if (IS("high")) options.high = atof(value);
  else if (IS("next")) options.next = atof(value);
  else if (IS("tries")) options.tries = atoi(value);
  else require(false, text);
}

int main(int count, char **words) {
  require(count > 2, "usage: see main.c");
  const char *protocol = words[2];
  options.protocol = !strcmp(protocol, "verbatim") ? verbatim
    : !strcmp(protocol, "websocket") ? websocket : redis;
  for (int index = 3; index < count; index++) read_option(words[index]);
  require(options.publishers <= publishers_max, "publishers");
  if (!strcmp(words[1], "fanout")) return fan_out();
  if (!strcmp(words[1], "append")) return append_events();
  if (!strcmp(words[1], "idle")) return idle();
  if (!strcmp(words[1], "stalled")) return stalled();
  if (!strcmp(words[1], "storm")) return storm();
  require(false, words[1]);
}
