"""The programme: a draft that organisers edit, and immutable versions that everyone reads."""
