#pragma once
#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), as Kafka's record batches use it.
   `crc` is 0, or the result for the bytes before these. */
uint32_t verbatim_crc32c(uint32_t crc, const void *bytes, size_t count);

/* The same without special instructions; here so that a test can hold one against the other. */
uint32_t verbatim_crc32c_by_table(uint32_t crc, const void *bytes, size_t count);
