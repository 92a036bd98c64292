"""Who is mailed about which source: what is planned, what is done, and what is left alone."""

import json
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner, Result

from rowledger.cli import recipients as command
from rowledger.cli.commands.sources import sources
from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.domain.faults import FaultError
from rowledger.operations.adapters.aws.subscriptions import SnsSubscriptions
from rowledger.operations.adapters.yaml_documents import read_yaml
from rowledger.operations.domain.located import MistakesError
from rowledger.operations.domain.recipient_rules import MOST_WANTED
from rowledger.operations.domain.recipients import (
    EmailSubscription,
    RecipientAction,
    plan_recipients,
)
from rowledger.operations.services.recipients import RecipientsService
from rowledger.operations.services.source_files import SourcesFile, sources_in
from tests.fakes.subscriptions import FakeSubscriptions

TOPIC = "arn:aws:sns:us-east-1:123456789012:people"
EACH, FAILURES = frozenset({"acme:each"}), frozenset({"acme:failures"})
FILE = """\
version: 1
sources:
  - name: acme
    prefix: acme/
    expectations: [{name: daily, schedule: "0 6 * * *"}]
    told:
      - {email: ada@example.com, wants: [failures, missing]}
      - {email: bob@example.com, wants: [each]}
  - name: other
    prefix: other/
    told: [{email: Ada@example.com, wants: [digest]}]
"""


def read(text: str) -> SourcesFile:
    return sources_in(text.encode(), read_yaml, CronSchedules())


def mistakes(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(MistakesError) as raised:
        read(text)
    return [(each.position.line, each.path, each.message) for each in raised.value.mistakes]


def one_source(told: str, more: str = "") -> str:
    return f"version: 1\nsources:\n  - name: acme\n    prefix: acme/\n{more}    told: {told}\n"


def test_an_address_has_one_subscription_for_all_that_it_wants() -> None:
    assert read(FILE).recipients == {
        "ada@example.com": frozenset({"acme:failures", "acme:missing", "other:digest"}),
        "bob@example.com": EACH,
    }


def test_no_address_reaches_the_ledger_or_the_functions() -> None:
    file = read(FILE)
    assert "example.com" not in json.dumps(file.document)
    assert [each["name"] for each in file.document["sources"]] == ["acme", "other"]


@pytest.mark.parametrize(
    ("told", "path", "message"),
    [
        ("[{email: ada, wants: [each]}]", "email", "must be an address such as data@example.com"),
        ("[{email: a@b.c, wants: []}]", "wants", "must not be empty"),
        (
            "[{email: a@b.c, wants: [missing]}]",
            "wants[0]",
            "has no effect: the source has no expectations",
        ),
        (
            "[{email: a@b.c, wants: [each, failures]}]",
            "wants[1]",
            "has no effect beside each, which has it",
        ),
    ],
)
def test_a_recipient_that_cannot_be_is_refused_with_its_line(
    told: str, path: str, message: str
) -> None:
    assert mistakes(one_source(told)) == [(5, f"sources[0].told[0].{path}", message)]


def test_an_address_twice_is_refused_without_naming_it() -> None:
    told = "\n      - {email: ada@b.c, wants: [each]}\n      - {email: ADA@b.c, wants: [digest]}"
    (found,) = mistakes(one_source(told))
    assert found == (7, "sources[0].told[1].email", "is the address in line 6 again")


def test_more_than_one_filter_holds_is_refused() -> None:
    number = MOST_WANTED // 2 + 1
    text = "version: 1\nsources:\n" + "".join(
        f'  - {{name: s{at}, prefix: "{at}/",'
        " told: [{email: a@b.c, wants: [failures, digest]}]}\n"
        for at in range(number)
    )
    (found,) = mistakes(text)
    assert found[:2] == (number + 2, f"sources[{number - 1}].told[0].wants")


@pytest.mark.parametrize(
    ("known", "action"),
    [
        (None, RecipientAction.SUBSCRIBE),
        (EmailSubscription("A@b.c", "arn:1", EACH), RecipientAction.UNCHANGED),
        (EmailSubscription("a@b.c", "arn:1", FAILURES), RecipientAction.CHANGE),
        (EmailSubscription("a@b.c", None, None), RecipientAction.UNCONFIRMED),
        # As Terraform subscribes it: to every mail.
        (EmailSubscription("a@b.c", "arn:1", None), RecipientAction.NOT_OURS),
    ],
)
def test_what_becomes_of_an_address_in_the_file(
    known: EmailSubscription | None, action: RecipientAction
) -> None:
    (planned,) = plan_recipients({"a@b.c": EACH}, [known] if known else [])
    assert (planned.action, planned.after) == (action, EACH)


def test_of_those_not_in_the_file_only_confirmed_recipients_are_unsubscribed() -> None:
    known = [
        EmailSubscription("ours@b.c", "arn:1", EACH),
        EmailSubscription("all@b.c", "arn:2", None),
        EmailSubscription("pending@b.c", None, None),
    ]
    (planned,) = plan_recipients({}, known)
    assert (planned.action, planned.arn) == (RecipientAction.UNSUBSCRIBE, "arn:1")


def test_applied_once_there_is_nothing_left_to_do() -> None:
    fake = FakeSubscriptions(
        EmailSubscription("bob@example.com", "arn:1", FAILURES),
        EmailSubscription("gone@b.c", "arn:2", EACH),
        EmailSubscription("all@b.c", "arn:3", None),
    )
    service = RecipientsService(fake)
    wanted = read(FILE).recipients
    assert len(list(service.apply(service.plan(wanted)))) == 3
    assert {each.action for each in service.plan(wanted)} == {RecipientAction.UNCHANGED}
    assert [each.email for each in fake.known if each.wanted is None] == ["all@b.c"]


def test_after_a_refusal_the_next_run_does_the_rest() -> None:
    fake = FakeSubscriptions(refused=["bob@example.com"])
    service = RecipientsService(fake)
    with pytest.raises(FaultError):
        list(service.apply(service.plan(read(FILE).recipients)))
    fake.refused.clear()
    (made,) = service.apply(service.plan(read(FILE).recipients))
    assert made.email == "bob@example.com"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    Path("sources.yaml").write_text(FILE, encoding="utf-8")
    Path("none.yaml").write_text("version: 1\nsources: []\n", encoding="utf-8")
    monkeypatch.setattr("rowledger.cli.environment.opened", lambda _name: Mock())
    service = RecipientsService(FakeSubscriptions())
    monkeypatch.setattr(command, "recipients_service", lambda _environment: service)
    return lambda *arguments: CliRunner().invoke(sources, ["recipients", *arguments])


def test_a_dry_run_shows_what_would_be_done_and_does_nothing(run: Callable[..., Result]) -> None:
    for _ in range(2):
        done = run("sources.yaml", "--dry-run")
        assert done.exit_code == 0
        assert "subscribe  bob@example.com" in done.stdout
        assert done.stdout.endswith("nothing was changed: a dry run\n")


def test_it_says_what_it_did_and_the_json_has_each_address(run: Callable[..., Result]) -> None:
    assert run("sources.yaml").stdout.endswith("2 subscriptions changed\n")
    document = json.loads(run("none.yaml", "--json").stdout)
    assert document["changed"] == 2
    assert [each["action"] for each in document["recipients"]] == ["unsubscribe"] * 2
    assert "no source in the file has recipients (told)" in run("none.yaml").stdout


def sns(*listed: tuple[str, str, str], policies: dict[str, str] | None = None) -> Mock:
    """A client whose topic has these subscriptions: protocol, endpoint, ARN."""
    client = Mock()
    client.get_paginator.return_value.paginate.return_value = [
        {
            "Subscriptions": [
                {"Protocol": protocol, "Endpoint": endpoint, "SubscriptionArn": arn}
                for protocol, endpoint, arn in listed
            ]
        }
    ]
    client.get_subscription_attributes.side_effect = lambda SubscriptionArn: {  # noqa: N803 -- AWS's
        "Attributes": {"FilterPolicy": policy}
        if (policy := (policies or {}).get(SubscriptionArn))
        else {}
    }
    return client


def test_a_recipient_is_known_by_its_filter() -> None:
    client = sns(
        ("email", "ours@b.c", "arn:1"),
        ("email", "all@b.c", "arn:2"),
        ("email", "other@b.c", "arn:3"),
        ("email", "new@b.c", "PendingConfirmation"),
        ("email", "gone@b.c", "Deleted"),
        ("sqs", "arn:queue", "arn:4"),
        policies={"arn:1": '{"recipients": ["acme:each"]}', "arn:3": '{"status": ["FAILED"]}'},
    )
    assert SnsSubscriptions(client, TOPIC, "operators").all() == [
        EmailSubscription("ours@b.c", "arn:1", EACH),
        EmailSubscription("all@b.c", "arn:2", None),
        EmailSubscription("other@b.c", "arn:3", None),
        EmailSubscription("new@b.c", None, None),
    ]


def test_a_filter_is_set_with_the_subscription() -> None:
    client = Mock()
    subscriptions = SnsSubscriptions(client, TOPIC, "operators")
    subscriptions.subscribe("ada@b.c", ["b:each", "a:each"])
    subscriptions.change("arn:1", EACH)
    subscriptions.unsubscribe("arn:1")
    client.subscribe.assert_called_once_with(
        TopicArn=TOPIC,
        Protocol="email",
        Endpoint="ada@b.c",
        Attributes={"FilterPolicy": '{"recipients": ["a:each", "b:each"]}'},
    )
    client.set_subscription_attributes.assert_called_once_with(
        SubscriptionArn="arn:1",
        AttributeName="FilterPolicy",
        AttributeValue='{"recipients": ["acme:each"]}',
    )
    client.unsubscribe.assert_called_once_with(SubscriptionArn="arn:1")


def test_a_denial_names_the_policy_and_no_address() -> None:
    denied = ClientError({"Error": {"Code": "AuthorizationError"}}, "Subscribe")
    client = Mock(**{"subscribe.side_effect": denied})
    with pytest.raises(FaultError, match="rights of the policy operators ") as raised:
        SnsSubscriptions(client, TOPIC, "operators").subscribe("ada@b.c", EACH)
    assert "ada" not in raised.value.message
