"""What judging children costs: the daily sweep, and the evaluation of every child after a change of rules."""
