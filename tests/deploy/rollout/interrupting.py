"""Control-C in the midst of a release."""

from collections.abc import Callable

from tests.deploy.scenes import Scene


def interrupting(world: Scene, after: float) -> Callable[[float], None]:
    """A sleep in which Control-C comes."""
    end = world.twin.clock.time() + after

    def sleep(seconds: float) -> None:
        world.twin.clock.sleep(seconds)
        if world.twin.clock.time() >= end:
            raise KeyboardInterrupt

    return sleep
