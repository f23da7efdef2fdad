"""The doors: gates and check-in lists as organisers lay them down, and what a gate answers."""
