"""Trains the identity model on an authority's own records."""
