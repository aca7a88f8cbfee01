"""Uploads: what they are, cleaned of all but their pictures, sound and pages, or refused with advice."""
