"""Which child an event is about, as a pure function of all that sources have asserted."""
