"""Creates the topics that are missing."""

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from send_integration.contracts.topics import TOPICS, Topic
from send_integration.errors import NotReady


def create_missing_topics(bootstrap: str, *, partitions: int, replication: int) -> list[str]:
    """Create every topic of the contract that the broker does not have; gives their names.

    Raises NotReady where the broker cannot be reached or refuses.
    """
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap, client_id="send-integration-topics")
    except (KafkaError, OSError) as fault:
        raise NotReady(
            f"The broker does not answer ({type(fault).__name__})", where=bootstrap, next_step="Check SEND_KAFKA."
        ) from fault
    try:
        present = set(admin.list_topics())
        missing = [topic for topic in TOPICS if topic.name not in present]
        for topic in missing:
            _create(admin, topic, partitions, replication)
    except KafkaError as fault:
        raise NotReady(f"Topics cannot be created ({type(fault).__name__})", where=bootstrap) from fault
    finally:
        admin.close()
    return [topic.name for topic in missing]


def _create(admin: KafkaAdminClient, topic: Topic, partitions: int, replication: int) -> None:
    wanted = NewTopic(
        topic.name,
        num_partitions=partitions,
        replication_factor=replication,
        topic_configs={name: str(value) for name, value in topic.configuration.items()},
    )
    try:
        admin.create_topics([wanted])
    except TopicAlreadyExistsError:
        return  # another worker was first
