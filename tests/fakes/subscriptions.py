"""The topic's subscriptions in memory: the fake of the Subscriptions port."""

from collections.abc import Iterable
from dataclasses import replace

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.operations.domain.recipients import EmailSubscription


class FakeSubscriptions:
    """refused: addresses that cannot be subscribed."""

    def __init__(self, *known: EmailSubscription, refused: Iterable[str] = ()) -> None:
        self.known = list(known)
        self.refused = set(refused)

    def all(self) -> list[EmailSubscription]:
        return list(self.known)

    def subscribe(self, email: str, wanted: Iterable[str]) -> None:
        if email in self.refused:
            raise FaultError(FaultCode.NOTIFICATION, "subscribing a recipient: InvalidParameter")
        self.known.append(EmailSubscription(email, f"arn:{email}", frozenset(wanted)))

    def change(self, arn: str, wanted: Iterable[str]) -> None:
        values = frozenset(wanted)
        self.known = [
            replace(each, wanted=values) if each.arn == arn else each for each in self.known
        ]

    def unsubscribe(self, arn: str) -> None:
        self.known = [each for each in self.known if each.arn != arn]
