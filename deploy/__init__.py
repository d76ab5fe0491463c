"""How it gets onto AWS and stays there."""
