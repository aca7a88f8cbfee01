"""The officers' face: everything in it needs a token or a signed-in officer."""
