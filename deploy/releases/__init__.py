"""Rolling an image out: lease, attempt, refresh or canary, smoke test, history."""
