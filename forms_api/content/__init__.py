"""What a ward's editor writes in `content/data/`, read into typed models that both halves share."""
