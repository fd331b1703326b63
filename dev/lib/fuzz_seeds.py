"""Makes the fuzzer's first inputs from the golden logs: small, in data/samples/fuzz/.

    fuzz_seeds.py    writes what is missing there; see Tests/Fuzz for the inputs' form
"""

import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import kafka_check  # noqa: E402

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "data" / "samples"
OUT = SAMPLES / "fuzz"
BATCH, MENDED_BATCH, FRAME, TEXT, ROOMS, DIRECTORY = 0, 1, 3, 4, 5, 6
BYTES_MAX = 3_000


def put(name, target, content):
    path = OUT / name
    if not path.exists():
        path.write_bytes(bytes([target]) + content)


def pieces(*files):
    """A directory: the file's number with its checksums mended, length, bytes."""
    return b"".join(struct.pack("<BH", 0x80 | kind, len(data)) + data for kind, data in files)


def seeds(log, name):
    put(f"meta-{name}", TEXT, (log / "meta.json").read_bytes())
    put(f"point-{name}", TEXT, (log / "recovery-point").read_bytes())
    segment = sorted((log / "chat-0").glob("*.log"))[0]
    data = segment.read_bytes()
    raw = packed = 0
    ends = []
    for position, end, _, found in kafka_check.batches(data, 0):
        ends.append((end, found[-1][0] + 1))
        if end - position > BYTES_MAX:
            continue
        batch = data[position:end]
        if batch[22] == kafka_check.CODEC_LZ4 and packed < 3:
            packed += 1
            put(f"lz4-batch-{name}-{packed}", BATCH, batch)
            put(f"lz4-batch-mended-{name}-{packed}", MENDED_BATCH, batch)
            put(f"frame-{name}-{packed}", FRAME, b"\xff\x00" + batch[kafka_check.HEADER_BYTES :])
        elif batch[22] == kafka_check.CODEC_NONE and raw < 3:
            raw += 1
            put(f"raw-batch-mended-{name}-{raw}", MENDED_BATCH, batch)
    return data, ends


def sealed(members):
    return members + b',"checksum":"00000000"}\n'


def point(segment, following, position, clean=b"false", mode=b"commit"):
    return sealed(
        b'{"version":1,"segment":%d,"next":%d,"position":%d,"crc":"00000000","durability":"%s",'
        b'"clean":%s' % (segment, following, position, mode, clean)
    )


def main():
    OUT.mkdir(exist_ok=True)
    log = SAMPLES / "log-v1" / "closed" / "log"
    data, _ = seeds(log, "closed")
    rooms = next((log / "chat-0").glob("*.rooms")).read_bytes()
    put("rooms", ROOMS, rooms)
    data, ends = seeds(SAMPLES / "log-v1" / "crashed" / "log", "crashed")
    end = ends[5][0]
    epoch = b'{"version":1,"epochs":[{"id":"abcdefgh","start":0}],"start":0,"segments":['
    meta = sealed(epoch + b"]")
    put("directory-new", DIRECTORY, b"")
    put("directory-torn", DIRECTORY, pieces((0, meta), (1, point(0, 0, 0)), (2, data[: end - 9])))
    zeros = data[:end] + bytes(64)
    put("directory-zeros", DIRECTORY, pieces((0, meta), (1, point(0, 0, 0)), (2, zeros)))
    weak = point(0, 0, 0, mode=b"interval:1000")
    put("directory-interval", DIRECTORY, pieces((0, meta), (1, weak), (2, zeros)))
    first = [e for e in ends if e[1] <= 6][-1] if any(e[1] == 6 for e in ends) else None
    split = first or ends[1]
    entry = b'{"base":0,"next":%d,"bytes":%d,"crc":"00000000"}]' % (split[1], split[0])
    two = pieces(
        (0, sealed(epoch + entry)), (1, point(6, 6, 0)), (2, data[: split[0]]),
        (7, data[split[0] : end]), (3, b""), (4, b""),
    )
    put("directory-two", DIRECTORY, two)


main()
