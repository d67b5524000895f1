"""The measures that inspectors ask for, over time and beside England's, with small numbers kept."""
