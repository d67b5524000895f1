"""Pages for people who read and decide; every view asks one question of the policy first."""
