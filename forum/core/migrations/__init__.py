"""The schema: one sequence of SQL files for all packages, each run once, in order of name."""
