/* What is left when the log is taken away: the same bytes of a segment, without anything around.
     raw_limit write SEGMENT FILE MILLISECONDS   LZ4, CRC-32C, write, sync of each batch's records
     raw_limit one FILE MILLISECONDS zeros|grow  writes of 160 bytes, each synced
     raw_limit decompress SEGMENT                LZ4 decompression alone */
#include <fcntl.h>
#include <lz4frame.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "crc32c.h"

enum {
  header_bytes = 61,
  prefix_bytes = 12,
  batches_max = 65536,
  batch_room = 2 << 20,
  file_bytes = 64 << 20,
  passes = 5
};

typedef struct {
  unsigned char *bytes;
  size_t count;
  int records;
} Piece;

static Piece packed[batches_max], raw[batches_max];
static int batches;

static int64_t nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void require(int holds, const char *what) {
  if (holds) return;
  perror(what);
  exit(1);
}

static uint32_t big_endian(const unsigned char *at) {
  return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

/* One frame, whole; the context is used again and again, and output is written in place. */
static size_t decompress(LZ4F_dctx *context, Piece from, unsigned char *into) {
  LZ4F_decompressOptions_t options = {.stableDst = 1};
  size_t read = 0, written = 0, hint;
  LZ4F_resetDecompressionContext(context);
  do {
    size_t input = from.count - read, output = batch_room - written;
    hint = LZ4F_decompress(context, into + written, &output, from.bytes + read, &input, &options);
    require(!LZ4F_isError(hint), "decompress");
    read += input, written += output;
  } while (hint != 0);
  return written;
}

static void load(const char *path, int keep_raw) {
  FILE *file = fopen(path, "rb");
  require(file != NULL, path);
  struct stat status;
  fstat(fileno(file), &status);
  unsigned char *bytes = malloc(status.st_size), *room = malloc(batch_room);
  require(fread(bytes, 1, status.st_size, file) == (size_t)status.st_size, path);
  fclose(file);
  LZ4F_dctx *context;
  LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
  for (int64_t at = 0; at + header_bytes < status.st_size && batches < batches_max;) {
    int64_t length = big_endian(bytes + at + 8);
    if (length == 0) break;
    if (bytes[at + 22] == 3) {
      Piece frame = {bytes + at + header_bytes, length + prefix_bytes - header_bytes,
                     (int)big_endian(bytes + at + 57)};
      packed[batches] = frame;
      if (keep_raw) {
        size_t count = decompress(context, frame, room);
        Piece copy = {malloc(count), count, frame.records};
        memcpy(copy.bytes, room, count);
        raw[batches] = copy;
      }
      batches++;
    }
    at += length + prefix_bytes;
  }
  require(batches > 0, "no compressed batches");
}

static int prepared(const char *path, int zeros) {
  int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
  require(file >= 0, path);
  static char block[1 << 20];
  for (int64_t at = 0; zeros && at < file_bytes; at += sizeof block)
    require(pwrite(file, block, sizeof block, at) == sizeof block, "zeros");
  require(fsync(file) == 0, "fsync");
  return file;
}

static void write_all(const char *segment, const char *path, int64_t limit) {
  load(segment, 1);
  int file = prepared(path, 1);
  LZ4F_preferences_t preferences = {.frameInfo = {.blockMode = LZ4F_blockIndependent,
                                                  .blockSizeID = LZ4F_max64KB},
                                    .autoFlush = 1};
  LZ4F_compressOptions_t options = {.stableSrc = 1};
  LZ4F_cctx *context;
  LZ4F_createCompressionContext(&context, LZ4F_VERSION);
  unsigned char *out = malloc(batch_room);
  int64_t start = nanoseconds(), now = start, events = 0, syncs = 0, at = 0, check = 0;
  while (now - start < limit) {
    Piece piece = raw[syncs % batches];
    size_t count = header_bytes;
    count += LZ4F_compressBegin(context, out + count, batch_room - count, &preferences);
    count += LZ4F_compressUpdate(context, out + count, batch_room - count, piece.bytes, piece.count,
                                 &options);
    count += LZ4F_compressEnd(context, out + count, batch_room - count, &options);
    check += verbatim_crc32c(0, out + 21, count - 21);
    if (at + (int64_t)count > file_bytes) at = 0;
    require(pwrite(file, out, count, at) == (ssize_t)count, "write");
    require(fdatasync(file) == 0, "fdatasync");
    at += count, events += piece.records, syncs++;
    now = nanoseconds();
  }
  double seconds = (now - start) / 1e9;
  printf("events/s %.0f\nappends/s %.0f\ncheck %lld\n", events / seconds, syncs / seconds,
         (long long)check);
}

static void write_one(const char *path, int64_t limit, int zeros) {
  int file = prepared(path, zeros);
  char record[160] = "one record with its header";
  int64_t start = nanoseconds(), now = start, syncs = 0, at = 0;
  while (now - start < limit) {
    if (zeros && at + (int64_t)sizeof record > file_bytes) at = 0;
    require(pwrite(file, record, sizeof record, at) == sizeof record, "write");
    require(fdatasync(file) == 0, "fdatasync");
    at += sizeof record, syncs++;
    now = nanoseconds();
  }
  printf("appends/s %.0f\n", syncs / ((now - start) / 1e9));
}

static void decompress_all(const char *segment) {
  load(segment, 0);
  unsigned char *room = malloc(batch_room);
  LZ4F_dctx *context;
  LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
  int64_t best = INT64_MAX, events = 0;
  for (int pass = 0; pass < passes; pass++) {
    int64_t start = nanoseconds();
    events = 0;
    for (int index = 0; index < batches; index++) {
      decompress(context, packed[index], room);
      events += packed[index].records;
    }
    int64_t took = nanoseconds() - start;
    if (took < best) best = took;
  }
  printf("events/s %.0f\n", events / (best / 1e9));
}

int main(int count, char **words) {
  if (count == 5 && !strcmp(words[1], "write"))
    write_all(words[2], words[3], atoll(words[4]) * 1000000);
  else if (count == 5 && !strcmp(words[1], "one"))
    write_one(words[2], atoll(words[3]) * 1000000, !strcmp(words[4], "zeros"));
  else if (count == 3 && !strcmp(words[1], "decompress"))
    decompress_all(words[2]);
  else
    return 2;
  return 0;
}
