"""The database: one SQL layer on two engines, and writes that are durable before anyone is told."""
