"""Notices to the officers' channels: never any content, at least once."""
