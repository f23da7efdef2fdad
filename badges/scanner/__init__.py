"""The scanner: its page, and what it holds to decide alone."""
