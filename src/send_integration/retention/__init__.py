"""How long what is held of a child is kept, by rule: pure, and told which day it is."""
