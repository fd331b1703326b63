#!/usr/bin/env python3
"""Holds a log's files against Kafka's formats, with no code of the log's own.

    kafka_check.py [--digest] DIRECTORY...     a DATA directory, or one of segments

Standard library only: the record batch of magic 2, CRC-32C, the LZ4 frame and its blocks, varints,
`.index` and `.timeindex` are read here as Kafka's documentation and source define them.
Prints one line a directory and ends with 1 at the first byte that is not as it must be.
"""

import argparse
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
from kafka_codec import Wrong, crc32c, lz4_frame, require  # noqa: E402

HEADER = struct.Struct(">qiibIhiqqqhii")  # base offset ... record count
HEADER_BYTES = 61
PREFIX_BYTES = 12  # what batchLength does not count
CHECKED_FROM = 21
RECORDS_MAX = 4_096
INDEX_INTERVAL_BYTES = 4_096
CODEC_NONE, CODEC_LZ4 = 0, 3


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def varint(self):
        value = shift = 0
        while True:
            require(self.at < len(self.data) and shift < 70, "a varint without an end")
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value >> 1 ^ -(value & 1)

    def take(self, count):
        require(0 <= count <= len(self.data) - self.at, "a length past the end")
        self.at += count
        return self.data[self.at - count : self.at]

    def nullable(self):
        count = self.varint()
        return None if count == -1 else self.take(count)


def records(raw, count, base, base_time):
    """(offset, time, key, value, headers) of each record."""
    cursor = Cursor(raw)
    for index in range(count):
        length = cursor.varint()
        end = cursor.at + length
        require(length > 0 and end <= len(raw), "a record past its batch")
        require(cursor.take(1) == b"\0", "record attributes are not 0")
        time = base_time + cursor.varint()
        require(cursor.varint() == index, "offset deltas are not 0, 1, 2...")
        key, value = cursor.nullable(), cursor.nullable()
        headers = [
            (cursor.take(cursor.varint()), cursor.nullable()) for _ in range(cursor.varint())
        ]
        require(cursor.at == end, "a record is not as long as it says")
        yield base + index, time, key, value, headers
    require(cursor.at == len(raw), "bytes behind the last record")


def batches(data, expected):
    """(position, end, header, records) of each batch, checked; zeros may end the file."""
    at = 0
    last_time = -1
    while at < len(data):
        if not any(data[at : at + PREFIX_BYTES]):
            require(not any(data[at:]), f"position {at}: zeros, and then none")
            return
        require(at + HEADER_BYTES < len(data), f"position {at}: the file ends in a batch")
        header = HEADER.unpack_from(data, at)
        (base, length, epoch, magic, crc, attributes, delta, base_time, max_time) = header[:9]
        where = f"position {at}, offset {expected}"
        require(magic == 2, f"{where}: magic is {magic}")
        end = at + PREFIX_BYTES + length
        require(HEADER_BYTES - PREFIX_BYTES < length and end <= len(data), f"{where}: length")
        require(crc == crc32c(data[at + CHECKED_FROM : end]), f"{where}: checksum")
        require(base == expected, f"{where}: base offset is {base}")
        require(epoch == 0, f"{where}: leader epoch is {epoch}")
        require(header[9:12] == (-1, -1, -1), f"{where}: producer fields")
        count = header[12]
        require(1 <= count <= RECORDS_MAX and delta == count - 1, f"{where}: record count")
        require(attributes in (CODEC_NONE, CODEC_LZ4), f"{where}: attributes are {attributes}")
        raw = data[at + HEADER_BYTES : end]
        try:
            if attributes == CODEC_LZ4:
                raw = lz4_frame(raw)
                require(length - HEADER_BYTES + PREFIX_BYTES < len(raw), "LZ4 that saves nothing")
            found = list(records(raw, count, base, base_time))
            times = [record[1] for record in found]
            require(times[0] == base_time, "the base time is not the first record's")
            require(max(times) == max_time, "the largest time is another")
            require(times == sorted(times) and times[0] >= last_time, "time falls")
        except Wrong as wrong:
            raise Wrong(f"{where}: {wrong}") from None
        last_time = max_time
        yield at, end, (base, base + delta, max_time), found
        at, expected = end, base + count


def check_index(path, base, places):
    """Offset entries: on batches, rising, at least 4,096 bytes of log apart."""
    data = path.read_bytes()
    require(len(data) % 8 == 0, f"{path.name}: not entries of 8 bytes")
    ends = {position: last for position, last, _ in places}
    before = (-1, -INDEX_INTERVAL_BYTES - 1)
    for relative, position in struct.iter_unpack(">ii", data):
        require(ends.get(position) == base + relative, f"{path.name}: {relative} at {position}")
        require(relative > before[0], f"{path.name}: offsets fall")
        require(position - before[1] > INDEX_INTERVAL_BYTES, f"{path.name}: entries too near")
        before = (relative, position)


def check_time_index(path, base, places):
    """Time entries: the largest time so far, and the first batch that has it."""
    data = path.read_bytes()
    require(len(data) % 12 == 0, f"{path.name}: not entries of 12 bytes")
    first = {}
    largest = -1
    for _, last, time in places:
        if time > largest:
            first[time] = last
            largest = time
    before = (-1, -1)
    for time, relative in struct.iter_unpack(">qi", data):
        require(first.get(time) == base + relative, f"{path.name}: {time} at {relative}")
        require(time > before[0] and relative > before[1], f"{path.name}: entries fall")
        before = (time, relative)


class Digest:
    """CRC-32C over each record as the golden tests of the log put it."""

    def __init__(self):
        self.crc = 0

    def add(self, record):
        offset, time, key, value, headers = record
        out = [struct.pack(">qq", offset, time), self.sized(key), self.sized(value)]
        out.append(struct.pack(">i", len(headers)))
        for name, content in headers:
            out += [self.sized(name), self.sized(content or b"")]
        self.crc = crc32c(b"".join(out), self.crc)

    @staticmethod
    def sized(content):
        if content is None:
            return struct.pack(">i", -1)
        return struct.pack(">i", len(content)) + content


def segments(directory):
    inside = directory / "log" / "chat-0"
    folder = inside if inside.is_dir() else directory
    found = sorted(p for p in folder.glob("*.log") if len(p.stem) == 20 and p.stem.isdigit())
    require(found, f"no segments in {directory}")
    return found


def check(directory, digest):
    expected = None
    seen = count = size = 0
    paths = segments(directory)
    for path in paths:
        base = int(path.stem)
        require(expected is None or expected == base, f"{path.name}: {expected} should follow")
        expected = base
        data = path.read_bytes()
        places = []
        end = 0
        try:
            for position, end, (_, last, time), found in batches(data, base):
                places.append((position, last, time))
                expected = last + 1
                seen += len(found)
                count += 1
                if digest:
                    for record in found:
                        digest.add(record)
            require(end == len(data) or path == paths[-1], "zeros behind a sealed segment")
            size += end
            for suffix, judge in ((".index", check_index), (".timeindex", check_time_index)):
                beside = path.with_suffix(suffix)
                require(beside.exists() or path == paths[-1], f"no {beside.name}")
                if beside.exists():
                    judge(beside, base, places)
        except Wrong as wrong:
            raise Wrong(f"{path}: {wrong}") from None
    return seen, count, len(paths), size


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--digest", action="store_true", help="print a digest of all records")
    parser.add_argument("directories", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    for directory in options.directories:
        digest = Digest() if options.digest else None
        try:
            seen, count, files, size = check(directory, digest)
        except (Wrong, OSError) as wrong:
            print(f"{directory}: {wrong}")
            return 1
        tail = f", digest {digest.crc:08x}" if digest else ""
        print(f"{directory}: {seen} records, {count} batches, {files} segments, {size} bytes{tail}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
