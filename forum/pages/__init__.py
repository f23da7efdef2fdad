"""Pages that look across slices: home, the organisers' overview, the demonstration's outbox."""
