"""The form service: residents' reports go, sealed, into a durable queue that officers work."""
