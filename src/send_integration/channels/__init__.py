"""The ways by which an alert leaves the house, one file each."""
