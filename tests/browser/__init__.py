"""A package, so that its browser ends with it: tests elsewhere run event loops of their own."""
