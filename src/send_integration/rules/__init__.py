"""Milestones and risks: rules as data with citations, a few shapes in code, and the engine that applies them."""
