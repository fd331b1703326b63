"""The batteries of dev/faults: each hurts a writer in its own way and judges what is left."""

import fcntl
import os
import resource
import shutil
import struct
import time

from fault_bytes import every_byte

MODES = ("commit", "interval:20", "os")
# Segments small enough that rolls, and files prepared for them, come often.
SEGMENT = 2 << 20
# linux/ext4: EXT4_IOC_SHUTDOWN, and its flag for "nothing more reaches the disk, not the journal
# either".
EXT4_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2


def skip(why):
    from faults import Skip
    return Skip(why)


def check(rig, row, Child, data, acks, *options):
    """Opens what is left and holds it against every acknowledgement."""
    child = Child(rig, row, "check", data, acks, *options)
    verdict = child.verdict()
    child.end()
    if verdict is None:
        row.wrong += 1
        row.notes.append(f"it does not open: {child.lines}")
        return None
    if "health=ok" not in verdict["line"]:
        row.wrong += 1
        row.notes.append(verdict["line"])
    row.judge(verdict)
    return verdict


def life(rig, row, Child, data, acks, *options):
    """One life of a storm, killed after a while; `False` when it did not even open soundly."""
    child = Child(rig, row, "storm", data, acks, "--seed", rig.random.randrange(1 << 40), *options)
    verdict = child.verdict()
    if verdict is not None:
        time.sleep(rig.random.choice((0, 0.002, 0.01, 0.05, 0.15)) * rig.random.random() * 2)
    child.kill()
    if verdict is None or verdict.get("lost") or verdict.get("wrong"):
        row.notes.append(f"{options}: {child.lines}")
        return False
    return True


def rewrite(rig):
    """Whether sealed segments are replaced by smaller ones meanwhile."""
    return rig.random.choice(("yes", "no"))


def kills(rig, row, Child):
    """kill -9 at any moment under load, in all three modes of durability."""
    lives = max(1, min(25, -(-rig.count // len(MODES))))
    while row.runs < rig.count:
        mode = MODES[(row.runs // lives) % len(MODES)]
        data, acks = rig.fresh()
        options = ("--durability", mode, "--segment", SEGMENT, "--rewrite", rewrite(rig))
        for _ in range(min(lives, rig.count - row.runs)):
            row.runs += 1
            if not life(rig, row, Child, data, acks, *options):
                break
        check(rig, row, Child, data, acks, *options)
        rig.forget(data, acks)


def image(rig, name, mebibytes, under=None):
    path = os.path.join(under or rig.path, name)
    with open(path, "wb") as file:
        file.truncate(mebibytes << 20)
    rig.run("mkfs.ext4", "-q", "-F", path)
    return path


def power_cuts(rig, row, Child):
    """The file system is shut down under a writer, as if the power had gone."""
    rig.needs_root("losetup", "mkfs.ext4", "mount", "umount")
    disk = image(rig, "disk", 512)
    target = os.path.join(rig.path, "mounted")
    goal = max(2, rig.count // 5)
    while row.runs < goal:
        rig.mount("-o", "loop", disk, target)
        data, acks = rig.fresh(target)
        for _ in range(min(20, goal - row.runs)):
            row.runs += 1
            child = Child(rig, row, "storm", data, acks, "--segment", SEGMENT,
                          "--rewrite", rewrite(rig), "--seed", rig.random.randrange(1 << 40))
            child.verdict()
            time.sleep(rig.random.random() * 0.3)
            directory = os.open(target, os.O_RDONLY)
            fcntl.ioctl(directory, EXT4_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
            os.close(directory)
            time.sleep(0.02)  # whoever acknowledges now would do so wrongly
            child.kill()
            rig.unmount(target)
            rig.mount("-o", "loop", disk, target)
            check(rig, row, Child, data, acks, "--segment", SEGMENT)
        rig.forget(data, acks)
        rig.unmount(target)


def no_space(rig, row, Child):
    """A full tmpfs: refused, never acknowledged; goes on when there is space; starts when full."""
    rig.needs_root("mount", "umount")
    target = rig.mount("-t", "tmpfs", "-o", "size=20m", "tmpfs", os.path.join(rig.path, "small"))
    filler = os.path.join(target, "filler")
    for _ in range(max(1, rig.count // 50)):
        data, acks = rig.fresh(target)
        with open(filler, "wb") as file:
            file.write(bytes(8 << 20))
        child = Child(rig, row, "fill", data, acks, "--segment", SEGMENT, "--ballast", 200_000,
                      "--count", 2)
        child.verdict()
        expect(row, child, "full")
        os.unlink(filler)
        child.go_on()
        expect(row, child, "again")
        expect(row, child, "full")
        row.runs += 1
        child.kill()
        if not os.path.exists(filler):
            check_full(rig, row, Child, data, acks)
        rig.forget(data, acks)


def check_full(rig, row, Child, data, acks):
    """A start without any space left must still serve all there is."""
    child = Child(rig, row, "check", data, acks, "--segment", SEGMENT)
    verdict = child.verdict()
    child.end()
    if verdict is None:
        row.wrong += 1
        row.notes.append(f"it does not open on a full disk: {child.lines}")
    else:
        row.judge(verdict)


def expect(row, child, word):
    line = child.line()
    if line is None or not line.startswith(word):
        row.wrong += 1
        row.notes.append(f"expected {word}, not {line}")


def failing_sync(rig, row, Child):
    """A file system on a device that is smaller than it says: the sync fails, for real."""
    rig.needs_root("losetup", "mkfs.ext4", "mount", "umount")
    for _ in range(max(1, rig.count // 50)):
        pool = rig.mount("-t", "tmpfs", "-o", "size=12m", "tmpfs", os.path.join(rig.path, "pool"))
        target = rig.mount("-o", "loop", image(rig, "disk", 96, pool),
                           os.path.join(rig.path, "mounted"))
        data, acks = rig.fresh(target)
        child = Child(rig, row, "storm", data, acks, "--segment", 64 << 20)
        child.verdict()
        expect(row, child, "stopped poisoned")
        row.runs += 1
        child.end()
        rig.unmount(target)
        # The device gets its missing memory, and the disk as it is is read again.
        rig.run("mount", "-o", "remount,size=200m", pool)
        rig.mount("-o", "loop", os.path.join(pool, "disk"), target)
        check(rig, row, Child, data, acks, "--segment", 64 << 20)
        rig.unmount(target)
        rig.unmount(pool)
        rig.forget(acks)


CALLS = (
    ("pwrite64", ("error=EIO", "error=ENOSPC", "error=EINTR", "signal=KILL")),
    ("fdatasync", ("error=EIO", "error=ENOSPC", "signal=KILL")),
    ("fsync", ("error=EIO", "signal=KILL")),
    ("openat", ("error=ENOSPC", "error=EACCES", "error=EMFILE", "signal=KILL")),
    ("rename", ("error=ENOSPC", "error=EIO", "signal=KILL")),
    ("ftruncate", ("error=EIO", "error=EINTR", "signal=KILL")),
    ("pread64", ("error=EIO", "error=EINTR")),
    ("unlink", ("error=EIO", "signal=KILL")),
)


def failing_calls(rig, row, Child):
    """Call N of the system fails, or is the writer's last, through append, roll and close."""
    if not shutil.which("strace"):
        raise skip("there is no strace here")
    options = ("--segment", 20_000, "--count", 60, "--seed", 7, "--rewrite", "yes")
    totals = counts(rig, row, Child, options)
    cases = [(call, what, when) for call, whats in CALLS for what in whats
             for when in range(1, totals.get(call, 0) + 1)]
    rig.random.shuffle(cases)
    for call, what, when in cases[:max(20, rig.count * 2)]:
        data, acks = rig.fresh()
        child = Child(rig, row, "script", data, acks, *options,
                      prefix=("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                              "-e", f"inject={call}:{what}:when={when}"))
        while child.line() is not None:
            pass
        child.end()
        row.runs += 1
        before = len(row.notes)
        if os.path.exists(data):
            check(rig, row, Child, data, acks, *options)
        if len(row.notes) > before:
            row.notes.append(f"that was {call} {what} {when}: {child.lines[-3:]}")
        rig.forget(data, acks)


def counts(rig, row, Child, options):
    """How often a sound run makes each call."""
    data, acks = rig.fresh()
    listing = os.path.join(rig.path, "calls")
    child = Child(rig, row, "script", data, acks, *options,
                  prefix=("strace", "-f", "-qq", "-o", listing, "-e",
                          "trace=" + ",".join(call for call, _ in CALLS)))
    while child.line() is not None:
        pass
    if child.end() != 0:
        raise skip("strace is not allowed here")
    totals = {}
    with open(listing, encoding="utf-8", errors="replace") as file:
        for line in file:
            call = line.split(maxsplit=1)[-1].split("(", 1)[0]
            totals[call] = totals.get(call, 0) + 1
    rig.forget(data, acks)
    return totals


def file_size(rig, row, Child):
    """A limit on a file's size: short writes, then EFBIG; the limit is met at any byte."""
    for _ in range(max(3, rig.count // 10)):
        limit = rig.random.randrange(70_000, 400_000)
        data, acks = rig.fresh()
        # The notes are bound by the same limit and must not meet it first.
        child = Child(
            rig, row, "script", data, acks, "--segment", 64 << 20, "--count", 4_000,
            "--batch", 40, "--seed", limit,
            limits=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        while (line := child.line()) is not None and not line.startswith("refused"):
            pass
        row.runs += 1
        child.kill()
        check(rig, row, Child, data, acks)
        rig.forget(data, acks)


def long_tail(rig, row, Child):
    """How long an opening takes for each GiB behind the recovery point."""
    mebibytes = min(1_024, max(64, rig.count))
    data, acks = rig.fresh()
    options = ("--segment", 2_000 << 20, "--batch", 2_000, "--durability", "os")
    child = Child(rig, row, "storm", data, acks, *options)
    child.verdict()
    segment = os.path.join(data, "log", "chat-0", "0" * 20 + ".log")
    while os.path.getsize(segment) < mebibytes << 20:
        time.sleep(0.05)
    child.kill()
    row.runs += 1
    verdict = check(rig, row, Child, data, acks, *options)
    if verdict and verdict["rewritten"]:
        seconds = verdict["ms"] / 1_000
        gibibytes = verdict["rewritten"] / (1 << 30)
        row.notes.append(f"{gibibytes:.2f} GiB behind the recovery point: opened in"
                         f" {seconds:.2f} s, {seconds / gibibytes:.2f} s a GiB")
    rig.forget(data, acks)


BATTERIES = (
    ("kill", kills),
    ("power", power_cuts),
    ("space", no_space),
    ("gate", failing_sync),
    ("calls", failing_calls),
    ("size", file_size),
    ("tail", long_tail),
    ("bytes", every_byte),
)
