"""What the server stack would have an instance be, for a release to number it."""

from collections.abc import Mapping
from typing import Any

from deploy.errors import Refused
from deploy.resource import Later
from deploy.server_stack import ServerStack


class StackRendering:
    """Renders launch template data from a stack that has been applied."""

    def __init__(self, stack: ServerStack) -> None:
        self._stack = stack
        self._machine_image = ""

    def render(self, digest: str) -> Mapping[str, Any]:
        """The full data that runs an image. Raises `Refused` before the first `apply`."""
        stack = self._stack
        if isinstance(stack.instance_group.id, Later):
            stack.instance_group.find()
        if isinstance(stack.instance_group.id, Later):
            raise Refused(
                f"There is no security group '{stack.instance_group.name}': `apply server` "
                "makes it, then release."
            )
        self._machine_image = self._machine_image or stack.template.machine_image()
        return stack.template.render(digest, machine_image=self._machine_image)
