"""What messages are written in, and the headers that say so."""

from typing import Final

CLOUD_EVENT: Final = "application/cloudevents+json"
JSON: Final = "application/json"

AS_CLOUD_EVENT: Final = ("content-type", CLOUD_EVENT.encode())
"""Of an event, ours or a source's."""

AS_JSON: Final = ("content-type", JSON.encode())
"""Of what we say on topics of our own."""
