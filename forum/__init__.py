"""The forum: editions, registrations, guides, accounts, and the application that serves them."""

__version__ = "0.1.0"
