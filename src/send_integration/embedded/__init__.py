"""A broker, a database and processes for a laptop, a demonstration and the tests; nothing here runs in production."""
