"""Everything that can break is broken, on purpose and from a seed; then what must hold is looked at."""
