"""The Faust app: one agent a file, and nothing but wiring."""
