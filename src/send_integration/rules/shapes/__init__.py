"""The few shapes that milestones have; each is a function from a rule and a child's facts to obligations."""
