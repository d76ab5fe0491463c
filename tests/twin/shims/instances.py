"""A terminated instance takes its first network interface with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from moto.ec2.models.instances import Instance, InstanceState


@contextmanager
def mended() -> Iterator[None]:
    terminate = Instance.terminate

    def terminate_with_interface(instance: Instance) -> InstanceState:
        before = terminate(instance)
        interface = instance.nics.get(0)
        if interface:
            instance.ec2_backend.enis.pop(interface.id, None)
        return before

    with patch.object(Instance, "terminate", terminate_with_interface):
        yield
