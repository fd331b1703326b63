"""A member of a group that says what it is given and what it commits, until it is killed.

    python3 member.py CLIENT BROKER GROUP
"""

import asyncio
import logging
import os
import sys

TOPIC = "chat"
CLIENT, BROKER, GROUP = sys.argv[1:4]
if "LISTENER_LOG" in os.environ:
    logging.basicConfig(level=os.environ["LISTENER_LOG"])


def say(what, number):
    print(what, number, flush=True)


def confluent():
    import confluent_kafka

    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": BROKER, "group.id": GROUP, "auto.offset.reset": "earliest",
        "enable.auto.commit": False, "session.timeout.ms": 6000, "heartbeat.interval.ms": 500})
    consumer.subscribe(
        [TOPIC], on_assign=lambda _, parts: say("assigned", len(parts)),
        on_revoke=lambda _, parts: say("revoked", len(parts)))
    while True:
        message = consumer.poll(0.5)
        if message is None:
            continue
        assert not message.error(), message.error()
        try:
            consumer.commit(message, asynchronous=False)
        except confluent_kafka.KafkaException:
            continue  # another generation has begun: what was not committed comes again
        say("committed", message.offset())


def kafka_python():
    import kafka

    class Told(kafka.ConsumerRebalanceListener):
        def on_partitions_assigned(self, parts):
            say("assigned", len(parts))

        def on_partitions_revoked(self, parts):
            say("revoked", len(parts))

    consumer = kafka.KafkaConsumer(
        bootstrap_servers=BROKER, group_id=GROUP, auto_offset_reset="earliest",
        enable_auto_commit=False, session_timeout_ms=6000, heartbeat_interval_ms=500,
        max_poll_records=1)
    consumer.subscribe([TOPIC], listener=Told())
    while True:
        for messages in consumer.poll(500).values():
            try:
                consumer.commit()
            except kafka.errors.CommitFailedError:
                continue
            say("committed", messages[-1].offset)


async def aio():
    import aiokafka

    class Told(aiokafka.ConsumerRebalanceListener):
        async def on_partitions_assigned(self, parts):
            say("assigned", len(parts))

        async def on_partitions_revoked(self, parts):
            say("revoked", len(parts))

    consumer = aiokafka.AIOKafkaConsumer(
        bootstrap_servers=BROKER, group_id=GROUP, auto_offset_reset="earliest",
        enable_auto_commit=False, session_timeout_ms=6000, heartbeat_interval_ms=500)
    consumer.subscribe([TOPIC], listener=Told())
    await consumer.start()
    while True:
        message = await consumer.getone()
        try:
            await consumer.commit()
        except aiokafka.errors.CommitFailedError:
            continue
        say("committed", message.offset)


if CLIENT == "confluent-kafka":
    confluent()
elif CLIENT == "kafka-python":
    kafka_python()
else:
    asyncio.run(aio())
