"""A program that takes reports from a queue elsewhere: the officers' API from the other end."""
