"""The limit at which SNS ends an email subscription, as the local stack's relay counts it."""

from hypothesis import given
from hypothesis import strategies as st

from rowledger.local.mail.subscription_limit import MESSAGES_A_SECOND, SubscriptionLimit


def exceeded(*published_at: float) -> list[bool]:
    limit = SubscriptionLimit()
    return [limit.is_exceeded("a", f"m-{n}", each) for n, each in enumerate(published_at)]


def test_ten_at_once_are_delivered_and_one_more_is_too_many() -> None:
    assert exceeded(*[0.0] * 11) == [False] * 10 + [True]


def test_it_looks_at_any_second_not_at_whole_ones() -> None:
    first, second = [0.9] * 6, [1.1] * 5
    assert exceeded(*first, *second) == [False] * 10 + [True]


def test_ten_in_each_second_are_delivered_for_ever() -> None:
    assert not any(exceeded(*(number // 10 + number % 10 / 16 for number in range(1000))))


def test_messages_that_come_in_another_order_count_too() -> None:
    times = [0.5, 0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 0.0, 0.55]
    assert exceeded(*times) == [False] * 10 + [True]


def test_each_subscription_has_its_own() -> None:
    limit = SubscriptionLimit()
    for each in "ab":
        for number in range(MESSAGES_A_SECOND):
            assert not limit.is_exceeded(each, f"m-{number}", 0.0)
    assert limit.is_exceeded("a", "one-more", 0.5)
    assert limit.is_exceeded("b", "one-more", 0.5)


def test_a_message_that_the_mail_server_did_not_take_counts_once() -> None:
    limit = SubscriptionLimit()
    for _ in range(3):
        for number in range(6):
            assert not limit.is_exceeded("a", f"m-{number}", 0.0)


@given(st.lists(st.floats(0, 5), max_size=80))
def test_in_the_order_of_time_it_says_what_counting_says(times: list[float]) -> None:
    times.sort()
    assert exceeded(*times) == [
        sum(now - earlier < 1 for earlier in times[: at + 1]) > MESSAGES_A_SECOND
        for at, now in enumerate(times)
    ]
