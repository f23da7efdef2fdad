"""The forum: its editions, registrations, guides and accounts, and the application that serves them."""

__version__ = "0.1.0"
