"""Kafka's own client, of Java, where one can be had: CLASSPATH in LISTENER_JAVA."""

import base64
import os
import subprocess

from world import BROKER, PATIENCE_S

CLASSES = os.environ.get("LISTENER_JAVA")


def command(*arguments):
    return ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", CLASSES, "JavaClient",
            BROKER, *(str(each) for each in arguments)]


class Java:
    name = "kafka-clients"

    def ask(self, *arguments):
        done = subprocess.run(command(*arguments), capture_output=True, text=True,
                              timeout=PATIENCE_S)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def read(self, offset, count):
        return self.read_each([offset], count)

    def read_each(self, offsets, count):
        """From each of the offsets so many, with one start of a machine."""
        found = []
        for line in self.ask("read", count, *offsets):
            number, time, key, value = line.split()
            found.append((int(number), int(time), bytes_of(key), bytes_of(value)))
        return found

    def topics(self):
        return sorted(self.ask("topics"))

    def bounds(self):
        return tuple(int(each) for each in self.ask("bounds")[0].split())

    def at_times(self, times):
        return [int(line) for line in self.ask("times", *times)]

    def produce(self):
        told = self.ask("produce")
        assert told == ["TopicAuthorizationException"] * 2, told

    def groups(self):
        return set(self.ask("groups"))

    def describe(self, group):
        state, count = self.ask("describe", group)[0].split()
        return state, int(count)


def bytes_of(text):
    return None if text == "-" else base64.b64decode(text[1:])
