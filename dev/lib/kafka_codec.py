"""CRC-32C and LZ4 frames, written from their specifications with the standard library alone."""

import struct

RAW_BYTES_MAX = 1 << 20  # of a batch's records


class Wrong(Exception):
    pass


def require(holds, what):
    if not holds:
        raise Wrong(what)


# CRC-32C: reflected polynomial 0x82F63B78, eight bytes a step.
def _tables():
    first = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        first.append(value)
    tables = [first]
    for _ in range(7):
        tables.append([value >> 8 ^ first[value & 255] for value in tables[-1]])
    return tables


T0, T1, T2, T3, T4, T5, T6, T7 = _tables()


def crc32c(data, before=0):
    crc = before ^ 0xFFFFFFFF
    whole = len(data) & ~7
    for low, high in struct.iter_unpack("<II", memoryview(data)[:whole]):
        low ^= crc
        crc = (
            T7[low & 255] ^ T6[low >> 8 & 255] ^ T5[low >> 16 & 255] ^ T4[low >> 24]
            ^ T3[high & 255] ^ T2[high >> 8 & 255] ^ T1[high >> 16 & 255] ^ T0[high >> 24]
        )
    for byte in data[whole:]:
        crc = crc >> 8 ^ T0[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


# LZ4 frame: only what Kafka's Java clients read of it.
PRIME1, PRIME2, PRIME3, PRIME5 = 2654435761, 2246822519, 3266489917, 374761393


def xxh32_short(data):
    """xxHash32 with seed 0 of fewer than 16 bytes: a frame's descriptor has at most 14."""
    require(len(data) < 16, "descriptor too long")
    value = (PRIME5 + len(data)) & 0xFFFFFFFF
    at = 0
    while at + 4 <= len(data):
        word = int.from_bytes(data[at : at + 4], "little")
        value = (value + word * PRIME3) & 0xFFFFFFFF
        value = (value << 17 | value >> 15) & 0xFFFFFFFF
        value = value * 668265263 & 0xFFFFFFFF
        at += 4
    for byte in data[at:]:
        value = (value + byte * PRIME5) & 0xFFFFFFFF
        value = (value << 11 | value >> 21) & 0xFFFFFFFF
        value = value * PRIME1 & 0xFFFFFFFF
    value ^= value >> 15
    value = value * PRIME2 & 0xFFFFFFFF
    value ^= value >> 13
    value = value * PRIME3 & 0xFFFFFFFF
    return value ^ value >> 16


def lz4_block(block, limit):
    """One independent block: tokens of literals and matches."""
    out = bytearray()
    at = 0
    while True:
        require(at < len(block), "a block ends before its last literals")
        token = block[at]
        at += 1
        count, at = _length(block, at, token >> 4)
        require(at + count <= len(block), "literals run past the block")
        out += block[at : at + count]
        at += count
        if at == len(block):
            require(len(out) <= limit, "a block is larger than its frame says")
            return out
        require(at + 2 <= len(block), "a match without an offset")
        distance = block[at] | block[at + 1] << 8
        at += 2
        require(0 < distance <= len(out), "a match from before the block")
        count, at = _length(block, at, token & 15)
        count += 4
        require(len(out) + count <= limit, "a block is larger than its frame says")
        start = len(out) - distance
        if distance >= count:
            out += out[start : start + count]
        else:
            pattern = bytes(out[start:])
            out += (pattern * (count // distance + 1))[:count]


def _length(block, at, nibble):
    if nibble < 15:
        return nibble, at
    length = 15
    while True:
        require(at < len(block), "a length without an end")
        length += block[at]
        at += 1
        if block[at - 1] != 255:
            return length, at


def lz4_frame(frame):
    require(frame[:4] == b"\x04\x22\x4d\x18", "no LZ4 frame")
    require(frame[4] == 0x60, f"FLG is {frame[4]:#x}, not 0x60")
    require(frame[5] == 0x40, f"BD is {frame[5]:#x}, not 0x40")
    require(frame[6] == xxh32_short(frame[4:6]) >> 8 & 255, "the descriptor's check byte")
    out = bytearray()
    at = 7
    while True:
        require(at + 4 <= len(frame), "no end mark")
        size = int.from_bytes(frame[at : at + 4], "little")
        at += 4
        if size == 0:
            break
        stored, size = size >> 31, size & 0x7FFFFFFF
        require(size <= 65_536 and at + size <= len(frame), "a block runs past the frame")
        block = frame[at : at + size]
        out += block if stored else lz4_block(block, 65_536)
        at += size
        require(len(out) <= RAW_BYTES_MAX, "more than 1 MiB of records")
    require(at == len(frame), "bytes behind the end mark")
    return bytes(out)
