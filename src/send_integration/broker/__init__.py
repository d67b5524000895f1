"""Kafka: topics are made, messages produced in batches, offsets asked for."""
