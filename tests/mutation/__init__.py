"""`make mutants`: rules broken on purpose, one at a time; the tests named for the rule must notice."""
