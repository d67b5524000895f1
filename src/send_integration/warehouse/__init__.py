"""Reporting tables from clean events: no names, no identifiers, no notes; a child is a key of ours."""
