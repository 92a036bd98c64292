"""Which subscriptions the recipients in sources.yaml need, compared with those that there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rowledger.functions.domain.recipients import Want, wanted


class RecipientAction(StrEnum):
    """What becomes of an address."""

    SUBSCRIBE = "subscribe"
    CHANGE = "change"
    UNSUBSCRIBE = "unsubscribe"
    UNCHANGED = "unchanged"
    # SNS says nothing of a subscription that its person has not confirmed, and changes none.
    UNCONFIRMED = "unconfirmed"
    # Made by infrastructure or by hand; most of all one that gets every mail.
    NOT_OURS = "not ours"


CHANGES = frozenset(
    {RecipientAction.SUBSCRIBE, RecipientAction.CHANGE, RecipientAction.UNSUBSCRIBE}
)


@dataclass(frozen=True, slots=True)
class EmailSubscription:
    """One address of the topic for people.

    arn: None until its person confirms it.
    wanted: SOURCE:WANT of each; None where its filter is not that of a recipient.
    """

    email: str
    arn: str | None
    wanted: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class PlannedRecipient:
    """What is to be done about an address. arn: of its subscription, once it is confirmed.

    before, after: SOURCE:WANT of each.
    """

    action: RecipientAction
    email: str
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    arn: str | None = None


def recipients_of(sources: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Return what each address wants of all sources, as SNS has one subscription an address.

    sources: as they are written. Of addresses that differ in capital letters alone the first stays.
    """
    found: dict[str, tuple[str, set[str]]] = {}
    for source in sources:
        for each in source.get("told", ()):
            _, values = found.setdefault(each["email"].casefold(), (each["email"], set()))
            values |= {wanted(source["name"], Want(want)) for want in each["wants"]}
    return {email: frozenset(values) for email, values in found.values()}


def plan_recipients(
    recipients: Mapping[str, frozenset[str]], subscriptions: Iterable[EmailSubscription]
) -> list[PlannedRecipient]:
    """Plan by address; whoever is subscribed in another way is left as it is."""
    known = {each.email.casefold(): each for each in subscriptions}
    named = {email.casefold() for email in recipients}
    planned = [
        _planned(email, values, known.get(email.casefold())) for email, values in recipients.items()
    ]
    planned += [
        PlannedRecipient(RecipientAction.UNSUBSCRIBE, each.email, before=each.wanted, arn=each.arn)
        for email, each in known.items()
        if email not in named and each.arn is not None and each.wanted is not None
    ]
    return sorted(planned, key=lambda each: each.email)


def _planned(
    email: str, values: frozenset[str], known: EmailSubscription | None
) -> PlannedRecipient:
    if known is None:
        return PlannedRecipient(RecipientAction.SUBSCRIBE, email, after=values)
    if known.arn is None:
        return PlannedRecipient(RecipientAction.UNCONFIRMED, known.email, after=values)
    if known.wanted is None:
        return PlannedRecipient(RecipientAction.NOT_OURS, known.email, after=values, arn=known.arn)
    action = RecipientAction.UNCHANGED if known.wanted == values else RecipientAction.CHANGE
    return PlannedRecipient(action, known.email, known.wanted, values, known.arn)
