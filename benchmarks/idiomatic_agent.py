"""The baseline: a Faust agent as tutorials write it, one event at a time, a table, one awaited send each."""

import os
import sys
from typing import Any

import faust

app = faust.App(
    "baseline", broker=f"kafka://{os.environ['SEND_KAFKA']}", store="memory://", web_enabled=False,
    broker_session_timeout=6.0, broker_heartbeat_interval=2.0, datadir=os.environ["SEND_HOME"], topic_partitions=4,
    topic_disable_leader=True, consumer_auto_offset_reset="earliest",
)  # fmt: skip
source = app.topic("bench.raw", value_type=bytes, value_serializer="json")
counts = app.Table("counts", default=int, partitions=4)
done = app.topic("bench.done", value_serializer="json")


@app.agent(source)
async def count(events: faust.StreamT[Any]) -> None:
    """Count a child's events, and say so, one after the other."""
    async for event in events:
        counts[event["subject"]] += 1
        await done.send(value={"subject": event["subject"], "count": counts[event["subject"]]})


if __name__ == "__main__":
    faust.Worker(app, loglevel="ERROR").execute_from_commandline()
    sys.exit(0)
