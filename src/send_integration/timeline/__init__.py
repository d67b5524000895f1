"""The pure fold: any set of events, in any order, to one timeline and its episodes."""
