"""Early-intervention risks, one file each: a function from a rule and a child's facts to findings."""
