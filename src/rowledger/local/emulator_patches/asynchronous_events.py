"""Has the emulator queue asynchronous events, and work on a limited number of them at once.

It begins every event as it arrives, in a process of its own: a burst of uploads starts so many that
none gets ahead. A throttled one uses up its tries. Lambda keeps events in a queue, takes as many as
the function's concurrency allows, and returns a throttled one to the queue (AWS Lambda developer
guide, "Invoking a function asynchronously"). Synchronous invocations are no events and wait for
none of them.

Of an event that is sent by the Invoke API it knows the version's settings only, and a version has
none: the settings are those of the alias.
"""

import contextvars
import os
import time
from collections.abc import Mapping
from typing import Any

import ministack.services.lambda_svc as emulated

from rowledger.functions import contract
from rowledger.local.emulator_patches.event_queue import EventQueue

# Of cold starts, which all need the processor, a core does this many in well under the seconds that
# a function waits for its secret.
_EVENTS_PER_CORE = 4

_THROTTLED_SECONDS = 1.0
_TRIES, _MAXIMUM_AGE_SECONDS = 2, 21_600  # Lambda's defaults
_LATEST = "$LATEST"


def apply_patch() -> None:
    """Queue the events that arrive from now on in this process."""
    limits = {
        each["name"]: each["concurrency"]
        for each in contract.load("pipeline.json")["functions"].values()
        if "concurrency" in each
    }
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

    def limit_of(key: str) -> int:
        account, region, name = key.split(":")
        record = emulated._functions.get_scoped(account, region, name) or {}  # noqa: SLF001
        return limit(limits.get(name), emulated._reserved_concurrency(record, {}), cores or 1)  # noqa: SLF001

    queue = EventQueue(limit_of)

    def put(record: dict[str, Any], event: Any) -> None:  # noqa: ANN401 -- any JSON
        arrived = _Event(record, event)
        # What invoked it is in there: the emulator stops functions that go on invoking one another.
        context = contextvars.copy_context()
        queue.put(
            emulated._inflight_key(arrived.configuration),  # noqa: SLF001
            lambda: context.run(arrived.attempt),
        )

    emulated.invoke_async_with_retry = put


def limit(of_contract: int | None, reserved: int | None, cores: int) -> int:
    """How many events of a function may be worked on at once.

    of_contract: what Terraform reserves for the function; None for one that it reserves nothing
    for. reserved: what is reserved in the emulator, 0 where the function is stopped.
    """
    given = [each for each in (of_contract, reserved) if each is not None]
    return min([cores * _EVENTS_PER_CORE, *given])


def settings_of(
    qualifier: str | None, record: Mapping[str, Any], function: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What becomes of an event whose invocation failed, as Lambda's API gives it.

    qualifier: the alias or the version that was invoked; None for the bare name, and where only
    the record tells it (see alias_weights). record: the emulator's, of the version that runs.
    function: the emulator's, of the function, which alone has the settings by qualifier.
    """
    by_qualifier = function.get("event_invoke_configs") or {}
    own = record.get("event_invoke_config")
    if qualifier in (None, _LATEST):
        return own or by_qualifier.get(_LATEST) or {}
    return by_qualifier.get(qualifier) or own or {}


class _Event:
    """One event on its way to a function."""

    def __init__(self, record: dict[str, Any], event: Any) -> None:  # noqa: ANN401 -- any JSON
        """record: the emulator's, of the version that is to be invoked."""
        self._record = record
        self._event = event
        self._arrived = time.monotonic()
        self._attempts = 0
        self.configuration: dict[str, Any] = record.get("config") or record

    def attempt(self) -> float | None:
        """Invoke the function; return after how many seconds it is to be tried again, if it is."""
        result = emulated._execute_function_with_config_scope(self._current(), self._event)  # noqa: SLF001
        if result.get("log"):
            emulated.logger.info("%s: %s", self.configuration.get("FunctionName"), result["log"])
        age = time.monotonic() - self._arrived
        settings = self._settings()
        wait: float | None = None
        if result.get("throttle"):
            wait = _THROTTLED_SECONDS  # costs no try
        elif result.get("error"):
            self._attempts += 1
            if self._attempts <= settings.get("MaximumRetryAttempts", _TRIES):
                wait = emulated._LAMBDA_ASYNC_RETRY_BASE_SECONDS * 2 ** (self._attempts - 1)  # noqa: SLF001
        else:
            return None
        if wait is not None and age + wait <= settings.get(
            "MaximumEventAgeInSeconds", _MAXIMUM_AGE_SECONDS
        ):
            return wait
        self._hand_over(settings, result)
        return None

    def _settings(self) -> Mapping[str, Any]:
        key = emulated._inflight_key(self.configuration)  # noqa: SLF001
        function = emulated._functions.get_scoped(*key.split(":")) or {}  # noqa: SLF001
        arn = self.configuration.get("FunctionArn", "")
        _, qualifier = emulated._resolve_name_and_qualifier(arn)  # noqa: SLF001
        return settings_of(qualifier, self._record, function)

    def _current(self) -> dict[str, Any]:
        """The record to run: its code may have changed while the event was waiting."""
        if self.configuration.get("Version", _LATEST) != _LATEST:
            return self._record
        key = emulated._inflight_key(self.configuration)  # noqa: SLF001
        known = emulated._functions.get_scoped(*key.split(":"))  # noqa: SLF001
        if known is None:
            return self._record
        arn = self.configuration.get("FunctionArn", known["config"]["FunctionArn"])
        return {**known, "config": {**known["config"], "FunctionArn": arn}}

    def _hand_over(self, settings: Mapping[str, Any], result: dict[str, Any]) -> None:
        """Send the event to the destination of failures, if the function has one."""
        destination = (settings.get("DestinationConfig") or {}).get("OnFailure", {}).get(
            "Destination"
        ) or (self.configuration.get("DeadLetterConfig") or {}).get("TargetArn")
        if destination:
            emulated._run_with_function_config_scope(  # noqa: SLF001
                self.configuration,
                emulated._route_async_failure,  # noqa: SLF001
                destination,
                self.configuration.get("FunctionName", ""),
                self._event,
                result,
            )
