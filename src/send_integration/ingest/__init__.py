"""Turns what sources send, in the formats that they have, into messages for the raw topics; checks no contract."""
