"""What happens to one batch, in order; agents, commands and tests all call these."""
