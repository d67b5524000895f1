"""One file for each noun that a page is about."""
