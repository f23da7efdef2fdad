"""The live board of the doors."""
