"""What a stack is made of: one kind of thing on AWS a file, each a `deploy.resource.Resource`."""
