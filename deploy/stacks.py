"""The two stacks, and what a verb may ask of either."""

from typing import Protocol

from deploy.function_stack import FunctionStack, function
from deploy.invocation import Invocation
from deploy.names import SERVER
from deploy.resource import Resource
from deploy.server_stack import ServerStack, server
from deploy.shared import Shared

__all__ = ["FunctionStack", "ServerStack", "Stack", "function", "server", "stack_of"]


class Stack(Protocol):
    """An ordered list of resources, by name as well as in its order."""

    @property
    def shared(self) -> Shared:
        """What the other door uses too."""

    @property
    def resources(self) -> list[Resource]:
        """In the order in which they are made; each needs only what stands before it."""

    def is_protected(self) -> bool:
        """Whether the live stack is protected against deletion."""

    def notes(self) -> list[str]:
        """What a person should know after a walk."""


def stack_of(invocation: Invocation) -> Stack:
    """The stack of the invocation's door."""
    make = server if invocation.door == SERVER else function
    return make(invocation.aws, invocation.config)
