"""How fast the service is, beside the floor under it: `make bench`."""
