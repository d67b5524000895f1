"""The catalogue's table a second time, in the plainest way that there is: days are counted one by one, and nothing is shared
with the engine but the table's words. It is slow, and it is what the engine is compared with."""
