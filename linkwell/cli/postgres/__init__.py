"""The embedded PostgreSQL: whose user runs it, where it lives, how it starts and stops."""
