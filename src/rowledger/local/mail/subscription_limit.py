"""The limit at which SNS switches an email subscription off.

It is 10 messages a second for each subscription, and a hard one (Amazon SNS quotas). The emulator
has none, so the relay applies it: what would flood people's mail on AWS is seen here.
"""

from collections import OrderedDict, defaultdict

MESSAGES_A_SECOND = 10


class SubscriptionLimit:
    """Counts the messages of each subscription."""

    def __init__(self) -> None:
        # The latest of each subscription: when each was published, by its id.
        self._sent: dict[str, OrderedDict[str, float]] = defaultdict(OrderedDict)

    def is_exceeded(self, subscription: str, message_id: str, published_at: float) -> bool:
        """Count a message, once; say whether more came within a second than SNS delivers.

        message_id: the topic's; a message that the mail server did not take comes again.
        published_at: seconds since the epoch, as the messages come from the topic.
        """
        sent = self._sent[subscription]
        sent[message_id] = published_at
        if len(sent) > MESSAGES_A_SECOND + 1:
            sent.popitem(last=False)
        times = sent.values()
        return len(sent) > MESSAGES_A_SECOND and max(times) - min(times) < 1
