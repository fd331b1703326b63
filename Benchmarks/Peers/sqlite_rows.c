/* Rows of 80 bytes into SQLite: WAL, synchronous=FULL, one connection, one transaction an append.
     sqlite_rows FILE ROWS_PER_TRANSACTION MILLISECONDS */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { row_bytes = 80, rows_kept = 64000 };

static int64_t nanoseconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void require(int code, int wanted, sqlite3 *database) {
  if (code == wanted) return;
  fprintf(stderr, "sqlite_rows: %s\n", sqlite3_errmsg(database));
  exit(1);
}

static char *made_rows(void) {
  char *rows = malloc((size_t)rows_kept * row_bytes + 1);
  uint64_t state = 88172645463325252ULL;
  for (int row = 0; row < rows_kept; row++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    char text[160];
    snprintf(text, sizeof text,
             "{\"by\":\"p%08d\",\"seq\":%07d,\"at\":%05d,"
             "\"del\":0,\"kind\":\"type\",\"ins\":\"%c\"}%80s",
             (int)(1000003 * (state % 20 + 7) % 99999989), 1000000 + row,
             10000 + (int)(state % 3000), (char)('a' + state / 64 % 26), "");
    memcpy(rows + (size_t)row * row_bytes, text, row_bytes);
  }
  return rows;
}

int main(int count, char **words) {
  if (count != 4) return 2;
  int per = atoi(words[2]);
  int64_t limit = atoll(words[3]) * 1000000;
  char *rows = made_rows();
  sqlite3 *database = NULL;
  require(sqlite3_open(words[1], &database), SQLITE_OK, database);
  const char *setup = "pragma journal_mode=wal; pragma synchronous=full;"
                      "create table if not exists event(id integer primary key, value text)";
  require(sqlite3_exec(database, setup, 0, 0, 0), SQLITE_OK, database);
  sqlite3_stmt *begin, *insert, *commit;
  require(sqlite3_prepare_v2(database, "begin", -1, &begin, 0), SQLITE_OK, database);
  require(sqlite3_prepare_v2(database, "commit", -1, &commit, 0), SQLITE_OK, database);
  require(sqlite3_prepare_v2(database, "insert into event(value) values(?)", -1, &insert, 0),
          SQLITE_OK, database);

  int64_t start = nanoseconds(CLOCK_MONOTONIC), now = start;
  int64_t processor = nanoseconds(CLOCK_PROCESS_CPUTIME_ID), appends = 0, row = 0;
  while (now - start < limit) {
    require(sqlite3_step(begin), SQLITE_DONE, database);
    sqlite3_reset(begin);
    for (int index = 0; index < per; index++, row++) {
      const char *value = rows + (row % rows_kept) * row_bytes;
      require(sqlite3_bind_text(insert, 1, value, row_bytes, SQLITE_STATIC), SQLITE_OK, database);
      require(sqlite3_step(insert), SQLITE_DONE, database);
      sqlite3_reset(insert);
    }
    require(sqlite3_step(commit), SQLITE_DONE, database);
    sqlite3_reset(commit);
    appends++;
    now = nanoseconds(CLOCK_MONOTONIC);
  }
  double seconds = (now - start) / 1e9;
  processor = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - processor;
  printf("events/s %.0f\nappends/s %.0f\nprocess_us/event %.4f\n", row / seconds,
         appends / seconds, processor / 1e3 / row);
  sqlite3_finalize(begin), sqlite3_finalize(insert), sqlite3_finalize(commit);
  sqlite3_close(database);
  printf("version %s\n", sqlite3_libversion());
  return 0;
}
