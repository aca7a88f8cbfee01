"""Who may do what: officers with passwords, programs with tokens, one table of rights."""
