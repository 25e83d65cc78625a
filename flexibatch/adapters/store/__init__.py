"""The one door to the database: SQLite when nothing is configured, PostgreSQL in production."""
