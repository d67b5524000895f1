"""PostgreSQL: what the gate admitted, what each child's timeline amounts to, and what is still to be said."""
