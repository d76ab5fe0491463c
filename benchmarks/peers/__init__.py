"""The peers: what others serve such a model with, each as its makers show it.

Each has its requirements beside it and runs in an environment made of them.
"""
