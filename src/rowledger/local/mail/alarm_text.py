"""The text of an alarm's mail: CloudWatch mails words where it publishes JSON to programs."""

import json


def alarm_text(message: str) -> str | None:
    """What happened, since when and what to do; None for a message that is not of an alarm."""
    try:
        said = json.loads(message)
    except ValueError:
        return None
    match said:
        case {
            "AlarmName": str(name),
            "AlarmDescription": str(description),
            "NewStateValue": str(state),
            "NewStateReason": str(reason),
            "StateChangeTime": str(since),
        }:
            return (
                f"The alarm {name} is {state} since {since}.\n\n"
                f"{description}\n\nWhat was measured: {reason}\n"
            )
        case _:
            return None
