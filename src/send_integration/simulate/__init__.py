"""A plausible authority from a seed: families, agencies that each know a child their own way, histories, errors."""
