"""Reads segments with the record decoders of Kafka's Python clients and compares them with ours.

    kafka_clients.py DIRECTORY...   run by dev/kafka in its venv
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import kafka_check  # noqa: E402


def with_kafka_python(data):
    from kafka.record import MemoryRecords

    batches = MemoryRecords(data)
    while batches.has_next():
        batch = batches.next_batch()
        assert batch.validate_crc(), "checksum"
        yield from batch


def with_aiokafka(data):
    from aiokafka.record.memory_records import MemoryRecords

    batches = MemoryRecords(data)
    while batches.has_next():
        batch = batches.next_batch()
        assert batch.validate_crc(), "checksum"
        yield from batch


def headers(record):
    return [(name.encode(), bytes(value)) for name, value in record.headers]


def compare(path, decoder):
    data = path.read_bytes()
    ours = []
    end = 0
    for _, end, _, found in kafka_check.batches(data, int(path.stem)):
        ours += found
    count = 0
    for record in decoder(data[:end]):
        offset, time, key, value, named = ours[count]
        mine = (offset, time, key, value)
        theirs = (record.offset, record.timestamp, record.key, record.value)
        assert mine == theirs, f"{path}: offset {offset}: {theirs}, not {mine}"
        assert headers(record) == named, f"{path}: offset {offset}: headers"
        count += 1
    assert count == len(ours), f"{path}: {count} records, not {len(ours)}"
    return count


def main():
    for name, decoder in (("kafka-python", with_kafka_python), ("aiokafka", with_aiokafka)):
        for directory in map(pathlib.Path, sys.argv[1:]):
            count = sum(compare(path, decoder) for path in kafka_check.segments(directory))
            print(f"{name} reads {count} records of {directory} as they are")


main()
