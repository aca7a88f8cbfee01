"""Papers and files for people: tables of numbers, charts, periodic reports, sheets of one report."""
