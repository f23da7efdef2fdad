"""Layouts of badges: what they say, how texts fit, which ship, how organisers change them."""
