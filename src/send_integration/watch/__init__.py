"""How a feed as a whole is doing: what is counted of it, what that measures, and whether it is let in."""
