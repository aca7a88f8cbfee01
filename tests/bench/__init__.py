"""Benchmarks: each against its baseline, round by round in the same run; only ratios mean anything."""
