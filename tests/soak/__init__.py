"""`make soak`: the load of a bad evening for ten minutes, with a restart in the middle, and nothing lost."""
