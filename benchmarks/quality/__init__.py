"""Which kinds of fault the gate finds in what sources send, what good rows it stops, and what judging costs."""
