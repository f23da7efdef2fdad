"""The forum: its editions, registrations, guides and accounts, and the application that serves them."""
