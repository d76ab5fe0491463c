"""What is measured beside the service."""
