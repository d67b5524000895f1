"""How fast pages are for fifty readers at once, with 100,000 children in the database."""
