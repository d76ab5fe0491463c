"""The Lambda door: a few lines around the same app."""
