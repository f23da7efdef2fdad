"""Pages that look across slices: an edition's home, the organisers' overview, the demonstration's outbox."""
