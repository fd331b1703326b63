"""The three Python clients behind one face: partition 0, read from an offset on."""

import asyncio
import time

import aiokafka
import confluent_kafka
import kafka
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka.admin import AdminClient
from world import BROKER, PATIENCE_S, TOPIC


class Client:
    def read_each(self, offsets, count):
        return [record for offset in offsets for record in self.read(offset, count)]


class Confluent(Client):
    name = "confluent-kafka"

    def config(self, **more):
        return {"bootstrap.servers": BROKER, "group.id": "unused", "check.crcs": True,
                "fetch.wait.max.ms": 50, "auto.offset.reset": "error",
                "enable.auto.commit": False, **more}

    def read(self, offset, count):
        consumer = confluent_kafka.Consumer(self.config())
        try:
            consumer.assign([confluent_kafka.TopicPartition(TOPIC, 0, offset)])
            found = []
            while len(found) < count:
                for message in consumer.consume(min(10_000, count - len(found)), PATIENCE_S):
                    if message.error():
                        raise AssertionError(message.error())
                    found.append((message.offset(), message.timestamp()[1], message.key(),
                                  message.value()))
            return found
        finally:
            consumer.close()

    def topics(self):
        return sorted(AdminClient({"bootstrap.servers": BROKER}).list_topics(timeout=PATIENCE_S)
                      .topics)

    def bounds(self):
        consumer = confluent_kafka.Consumer(self.config())
        try:
            return consumer.get_watermark_offsets(confluent_kafka.TopicPartition(TOPIC, 0),
                                                  PATIENCE_S)
        finally:
            consumer.close()

    def at_times(self, times):
        consumer = confluent_kafka.Consumer(self.config())
        try:
            return [
                consumer.offsets_for_times([confluent_kafka.TopicPartition(TOPIC, 0, t)],
                                           PATIENCE_S)[0].offset for t in times]
        finally:
            consumer.close()

    def produce(self):
        told = []
        for idempotent in (False, True):
            producer = confluent_kafka.Producer(
                {"bootstrap.servers": BROKER, "enable.idempotence": idempotent,
                 "compression.codec": "lz4", "message.timeout.ms": 8_000})
            producer.produce(TOPIC, b"no", partition=0,
                             on_delivery=lambda error, _: told.append(error))
            producer.flush(PATIENCE_S)
            wanted = confluent_kafka.KafkaError.TOPIC_AUTHORIZATION_FAILED
            assert [error.code() for error in told] == [wanted], told
            told.clear()

    def groups(self):
        admin = AdminClient({"bootstrap.servers": BROKER})
        listed = admin.list_consumer_groups(request_timeout=PATIENCE_S).result()
        return {group.group_id for group in listed.valid}

    def describe(self, group):
        admin = AdminClient({"bootstrap.servers": BROKER})
        found = admin.describe_consumer_groups([group], request_timeout=PATIENCE_S)[group].result()
        return found.state.name, len(found.members)


class KafkaPython(Client):
    name = "kafka-python"

    def consumer(self, **more):
        return kafka.KafkaConsumer(bootstrap_servers=BROKER, enable_auto_commit=False,
                                   fetch_max_wait_ms=50, auto_offset_reset="none", **more)

    def read(self, offset, count):
        consumer = self.consumer()
        try:
            partition = kafka.TopicPartition(TOPIC, 0)
            consumer.assign([partition])
            consumer.seek(partition, offset)
            found, until = [], time.monotonic() + PATIENCE_S
            while len(found) < count and time.monotonic() < until:
                for messages in consumer.poll(1_000).values():
                    found += [(m.offset, m.timestamp, m.key, m.value) for m in messages]
            return found[:count]
        finally:
            consumer.close()

    def topics(self):
        consumer = self.consumer()
        try:
            return sorted(consumer.topics())
        finally:
            consumer.close()

    def bounds(self):
        consumer = self.consumer()
        try:
            partition = kafka.TopicPartition(TOPIC, 0)
            return (consumer.beginning_offsets([partition])[partition],
                    consumer.end_offsets([partition])[partition])
        finally:
            consumer.close()

    def at_times(self, times):
        consumer = self.consumer()
        try:
            partition = kafka.TopicPartition(TOPIC, 0)
            return [consumer.offsets_for_times({partition: t})[partition].offset for t in times]
        finally:
            consumer.close()

    def produce(self):
        for idempotent in (False, True):
            producer = kafka.KafkaProducer(bootstrap_servers=BROKER, max_block_ms=8_000,
                                           enable_idempotence=idempotent, retries=0 if not
                                           idempotent else 3, delivery_timeout_ms=8_000,
                                           request_timeout_ms=5_000, linger_ms=0)
            try:
                producer.send(TOPIC, b"no", partition=0).get(PATIENCE_S)
            except kafka.errors.KafkaError as error:
                assert "TopicAuthorization" in type(error).__name__, repr(error)
            else:
                raise AssertionError("it was taken")
            finally:
                producer.close(timeout=0)

    def groups(self):
        admin = kafka.KafkaAdminClient(bootstrap_servers=BROKER)
        try:
            listed = admin.list_groups() if hasattr(admin, "list_groups") else (
                admin.list_consumer_groups())
            return {entry["group_id"] if isinstance(entry, dict) else entry[0] for entry in listed}
        finally:
            admin.close()

    def describe(self, group):
        admin = kafka.KafkaAdminClient(bootstrap_servers=BROKER)
        try:
            found = (admin.describe_groups([group]) if hasattr(admin, "describe_groups") else
                     admin.describe_consumer_groups([group]))
            found = found[group] if isinstance(found, dict) else found[0]
            if isinstance(found, dict):
                return (found.get("group_state") or found.get("state")), len(found["members"])
            return found.state, len(found.members)
        finally:
            admin.close()


class AIOKafka(Client):
    name = "aiokafka"

    @staticmethod
    def run(body):
        async def guarded():
            consumer = aiokafka.AIOKafkaConsumer(
                bootstrap_servers=BROKER, enable_auto_commit=False, fetch_max_wait_ms=50,
                auto_offset_reset="none")
            await consumer.start()
            try:
                return await body(consumer)
            finally:
                await consumer.stop()

        return asyncio.run(asyncio.wait_for(guarded(), PATIENCE_S))

    def read(self, offset, count):
        async def body(consumer):
            partition = aiokafka.TopicPartition(TOPIC, 0)
            consumer.assign([partition])
            consumer.seek(partition, offset)
            found = []
            while len(found) < count:
                for messages in (await consumer.getmany(timeout_ms=1_000)).values():
                    found += [(m.offset, m.timestamp, m.key, m.value) for m in messages]
            return found[:count]

        return self.run(body)

    def topics(self):
        async def body(consumer):
            return sorted(await consumer.topics())

        return self.run(body)

    def bounds(self):
        async def body(consumer):
            partition = aiokafka.TopicPartition(TOPIC, 0)
            return ((await consumer.beginning_offsets([partition]))[partition],
                    (await consumer.end_offsets([partition]))[partition])

        return self.run(body)

    def at_times(self, times):
        async def body(consumer):
            partition = aiokafka.TopicPartition(TOPIC, 0)
            return [(await consumer.offsets_for_times({partition: t}))[partition].offset
                    for t in times]

        return self.run(body)

    def produce(self):
        async def body(idempotent):
            producer = aiokafka.AIOKafkaProducer(bootstrap_servers=BROKER,
                                                 enable_idempotence=idempotent,
                                                 request_timeout_ms=8_000)
            await producer.start()
            try:
                await producer.send_and_wait(TOPIC, b"no", partition=0)
            finally:
                await producer.stop()

        for idempotent in (False, True):
            try:
                asyncio.run(asyncio.wait_for(body(idempotent), PATIENCE_S))
            except aiokafka.errors.KafkaError as error:
                assert "TopicAuthorization" in type(error).__name__, repr(error)
            else:
                raise AssertionError("it was taken")

    def admin(self, body):
        async def run():
            admin = AIOKafkaAdminClient(bootstrap_servers=BROKER)
            await admin.start()
            try:
                return await body(admin)
            finally:
                await admin.close()

        return asyncio.run(asyncio.wait_for(run(), PATIENCE_S))

    def groups(self):
        return {entry[0] for entry in self.admin(lambda admin: admin.list_consumer_groups())}

    def describe(self, group):
        found = self.admin(lambda admin: admin.describe_consumer_groups([group]))[0].groups[0]
        return found[2], len(found[5])
