/*
 * CRC-32C in hardware where there is some: SSE 4.2 on x86-64, the CRC extension on ARMv8;
 * else a table.
 * The register is kept inverted between calls as zlib does it, so that calls chain:
 * verbatim_crc32c(verbatim_crc32c(0, a), b) is the checksum of a followed by b.
 */
#include "crc32c.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#define POLYNOMIAL 0x82F63B78u

static uint32_t table[8][256];

static void fill_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (POLYNOMIAL & -(crc & 1));
    table[0][byte] = crc;
  }
  for (uint32_t byte = 0; byte < 256; byte++)
    for (int slice = 1; slice < 8; slice++)
      table[slice][byte] = (table[slice - 1][byte] >> 8) ^ table[0][table[slice - 1][byte] & 0xFF];
}

/* Eight bytes a step through eight tables ("slicing by 8") for little-endian targets. */
static uint32_t by_table(uint32_t crc, const unsigned char *p, size_t n) {
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    word ^= crc;
    crc = table[7][word & 0xFF] ^ table[6][(word >> 8) & 0xFF] ^ table[5][(word >> 16) & 0xFF] ^
          table[4][(word >> 24) & 0xFF] ^ table[3][(word >> 32) & 0xFF] ^
          table[2][(word >> 40) & 0xFF] ^ table[1][(word >> 48) & 0xFF] ^ table[0][word >> 56];
  }
  for (; n; n--) crc = (crc >> 8) ^ table[0][(crc ^ *p++) & 0xFF];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2")))
static uint32_t by_hardware(uint32_t crc, const unsigned char *p, size_t n) {
  uint64_t wide = crc;
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  crc = (uint32_t)wide;
  for (; n; n--) crc = _mm_crc32_u8(crc, *p++);
  return crc;
}

static int has_hardware(void) {
  unsigned a, b, c, d;
  return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_2);
}
#elif defined(__aarch64__)
__attribute__((target("crc")))
static uint32_t by_hardware(uint32_t crc, const unsigned char *p, size_t n) {
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    crc = __crc32cd(crc, word);
  }
  for (; n; n--) crc = __crc32cb(crc, *p++);
  return crc;
}

static int has_hardware(void) { return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }
#else
static uint32_t by_hardware(uint32_t crc, const unsigned char *p, size_t n) {
  return by_table(crc, p, n);
}

static int has_hardware(void) { return 0; }
#endif

static int hardware;

/* Runs before main, so that no call needs a lock or a check of its own. */
__attribute__((constructor)) static void choose(void) {
  fill_table();
  hardware = has_hardware();
}

uint32_t verbatim_crc32c(uint32_t crc, const void *bytes, size_t count) {
  return hardware ? ~by_hardware(~crc, bytes, count) : ~by_table(~crc, bytes, count);
}

uint32_t verbatim_crc32c_by_table(uint32_t crc, const void *bytes, size_t count) {
  return ~by_table(~crc, bytes, count);
}
