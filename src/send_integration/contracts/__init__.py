"""What flows: the models of every event type, how bytes become events, and why some do not."""
