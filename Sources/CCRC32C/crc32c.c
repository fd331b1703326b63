#include "crc32c.h"
uint32_t verbatim_crc32c(uint32_t crc, const void *bytes, size_t count) { return crc; }
