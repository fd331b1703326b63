import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own client, a verb at a time, for the steps of the listener.
 *
 * <p>java JavaClient BROKER topics | bounds | times T… | read COUNT OFFSET… | produce |
 * groups | describe GROUP | member GROUP
 */
final class JavaClient {
  private static final TopicPartition PARTITION = new TopicPartition("chat", 0);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private final String broker;

  private JavaClient(String broker) {
    this.broker = broker;
  }

  public static void main(String[] arguments) throws Exception {
    JavaClient client = new JavaClient(arguments[0]);
    switch (arguments[1]) {
      case "topics", "bounds", "times", "read" -> client.consume(arguments);
      case "produce" -> {
        client.produce(false);
        client.produce(true);
      }
      case "groups", "describe" -> client.administer(arguments);
      case "member" -> client.join(arguments[2]);
      default -> throw new IllegalArgumentException(arguments[1]);
    }
  }

  private Properties properties(String... more) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", broker);
    properties.put("key.deserializer", ByteArrayDeserializer.class.getName());
    properties.put("value.deserializer", ByteArrayDeserializer.class.getName());
    properties.put("key.serializer", ByteArraySerializer.class.getName());
    properties.put("value.serializer", ByteArraySerializer.class.getName());
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "none");
    for (int i = 0; i < more.length; i += 2) properties.put(more[i], more[i + 1]);
    return properties;
  }

  private void consume(String[] arguments) {
    try (var consumer = new KafkaConsumer<byte[], byte[]>(properties())) {
      switch (arguments[1]) {
        case "topics" -> consumer.listTopics(PATIENCE).keySet().forEach(System.out::println);
        case "bounds" -> System.out.println(
            consumer.beginningOffsets(List.of(PARTITION)).get(PARTITION) + " "
                + consumer.endOffsets(List.of(PARTITION)).get(PARTITION));
        case "times" -> {
          for (int i = 2; i < arguments.length; i++) {
            var asked = Map.of(PARTITION, Long.parseLong(arguments[i]));
            var found = consumer.offsetsForTimes(asked, PATIENCE).get(PARTITION);
            System.out.println(found == null ? -1 : found.offset());
          }
        }
        default -> {
          consumer.assign(List.of(PARTITION));
          for (int i = 3; i < arguments.length; i++) {
            consumer.seek(PARTITION, Long.parseLong(arguments[i]));
            print(consumer, Integer.parseInt(arguments[2]));
          }
        }
      }
    }
  }

  private static void print(KafkaConsumer<byte[], byte[]> consumer, int count) {
    var text = new StringBuilder();
    while (count > 0) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
        if (count-- <= 0) break;
        text.append(record.offset()).append(' ').append(record.timestamp()).append(' ');
        text.append(encode(record.key())).append(' ').append(encode(record.value())).append('\n');
      }
    }
    System.out.print(text);
  }

  private static String encode(byte[] bytes) {
    return bytes == null ? "-" : "=" + Base64.getEncoder().encodeToString(bytes);
  }

  private void produce(boolean isIdempotent) throws InterruptedException {
    var properties =
        properties(
            "enable.idempotence", "" + isIdempotent, "delivery.timeout.ms", "8000",
            "request.timeout.ms", "5000", "max.block.ms", "8000", "compression.type", "lz4");
    try (var producer = new KafkaProducer<byte[], byte[]>(properties)) {
      producer.send(new ProducerRecord<>("chat", 0, null, new byte[] {1})).get();
      System.out.println("taken");
    } catch (ExecutionException error) {
      System.out.println(error.getCause().getClass().getSimpleName());
    }
  }

  private void administer(String[] arguments) throws Exception {
    try (var admin = Admin.create(properties())) {
      if (arguments[1].equals("groups")) {
        admin.listConsumerGroups().all().get().forEach(each -> System.out.println(each.groupId()));
        return;
      }
      var described = admin.describeConsumerGroups(List.of(arguments[2])).all().get();
      var group = described.get(arguments[2]);
      System.out.println(group.state() + " " + group.members().size());
    }
  }

  private static void say(String what, long number) {
    System.out.println(what + " " + number);
    System.out.flush();
  }

  private void join(String group) {
    var properties =
        properties(
            "group.id", group, "auto.offset.reset", "earliest", "session.timeout.ms", "6000",
            "heartbeat.interval.ms", "500", "max.poll.records", "1");
    var consumer = new KafkaConsumer<byte[], byte[]>(properties);
    consumer.subscribe(
        List.of("chat"),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            say("assigned", partitions.size());
          }

          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            say("revoked", partitions.size());
          }
        });
    while (true) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
        try {
          consumer.commitSync();
        } catch (RebalanceInProgressException error) {
          continue; // what was not committed comes again
        }
        say("committed", record.offset());
      }
    }
  }
}
