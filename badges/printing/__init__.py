"""Print runs of badges: who is printed, the sheets drawn of them, and what was printed when."""
