"""What the commands do; `forum.cli` reads the command line and calls these."""
