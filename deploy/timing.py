"""The times that have to fit together, from the balancer's idle connections to the last answer."""

from dataclasses import dataclass

from deploy.config import Config

IDLE_SECONDS = 60
SHUTDOWN_SECONDS = 5
"""What requests in flight may take after the drain: a price takes milliseconds."""
MARGIN = 2
DEREGISTRATION_SECONDS = 30
KEEP_ALIVE_SECONDS = 75
"""The service's own default."""

DRAIN = "ESTIMATOR_DRAIN_SECONDS"
SHUTDOWN = "ESTIMATOR_SHUTDOWN_SECONDS"
KEEP_ALIVE = "ESTIMATOR_KEEP_ALIVE_SECONDS"


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, all of them.

    On SIGTERM the service drains, finishes (`shutdown`) and exits; `stop` is when docker kills it.
    `deregistration` is how long the balancer lets a target finish before the instance is ended.
    """

    drain: float
    shutdown: float
    stop: float
    deregistration: int
    idle: int
    keep_alive: float


def timing_of(config: Config) -> Timing:
    """The times that a configuration gives. Its settings win over what follows from the rest."""
    drain = _seconds(config, DRAIN, config.server.drain_seconds)
    shutdown = _seconds(config, SHUTDOWN, SHUTDOWN_SECONDS)
    stop = drain + shutdown + MARGIN
    return Timing(
        drain=drain,
        shutdown=shutdown,
        stop=stop,
        deregistration=max(DEREGISTRATION_SECONDS, round(stop + MARGIN + 0.5)),
        idle=IDLE_SECONDS,
        keep_alive=_seconds(config, KEEP_ALIVE, KEEP_ALIVE_SECONDS),
    )


def _seconds(config: Config, key: str, default: float) -> float:
    return float(config.settings.get(key, default))


def timing_faults(timing: Timing) -> list[str]:
    """What does not fit together, in sentences; empty if all does."""
    faults = []
    if timing.keep_alive <= timing.idle:
        faults.append(
            f"settings: {KEEP_ALIVE} is {timing.keep_alive:g}; it must be longer than the "
            f"balancer's idle timeout of {timing.idle} s, or requests are lost in between."
        )
    if not timing.drain < timing.stop < timing.deregistration:
        faults.append(
            f"The drain of {timing.drain:g} s, the stop after {timing.stop:g} s and the "
            f"deregistration of {timing.deregistration} s must ascend."
        )
    return faults
