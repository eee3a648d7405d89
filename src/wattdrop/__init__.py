"""Energy, carbon and water of AI inference."""
