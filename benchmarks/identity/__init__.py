"""How well people are matched, on corpora whose truth is known, beside Splink and exact matching in the same run."""
