#pragma once
#include <stddef.h>
#include <stdint.h>

/* CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), as Kafka's record batches use it. */
uint32_t verbatim_crc32c(uint32_t crc, const void *bytes, size_t count);
