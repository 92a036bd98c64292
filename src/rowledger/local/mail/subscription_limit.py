"""The limit at which SNS switches an email subscription off.

It is 10 messages a second for each subscription, and a hard one (Amazon SNS quotas). The emulator
has none, so the relay applies it: what would flood people's mail on AWS is seen here.
"""

from collections import defaultdict, deque

MESSAGES_A_SECOND = 10


class SubscriptionLimit:
    """Counts the messages of each subscription."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[float]] = defaultdict(
            lambda: deque(maxlen=MESSAGES_A_SECOND + 1)
        )

    def is_exceeded(self, subscription: str, published_at: float) -> bool:
        """Count a message; say whether more came within a second than SNS delivers.

        published_at: seconds since the epoch, as the messages come from the topic.
        """
        sent = self._sent[subscription]
        sent.append(published_at)
        return len(sent) > MESSAGES_A_SECOND and max(sent) - min(sent) < 1
