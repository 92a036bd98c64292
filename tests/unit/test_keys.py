import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowledger.functions.domain.keys import (
    MAX_KEY_BYTES,
    alternative_backup_key,
    backup_key,
    receipt_key,
)
from tests.unit.builders import an_upload

keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=1024).filter(
    lambda key: len(key.encode()) <= MAX_KEY_BYTES
)
versions = st.text("0123456789abcdef._-", min_size=1, max_size=64)


def test_receipt_and_backup_of_a_plain_upload() -> None:
    upload = an_upload("in/orders.csv", "v1")
    assert receipt_key(upload) == "receipts/in/orders.csv/v1/result.json"
    assert backup_key(upload) == "backup/20261122T091500.250Z_in/orders.csv"


@given(keys, versions)
def test_every_key_fits_and_has_its_form(key: str, version: str) -> None:
    upload = an_upload(key, version)
    receipt = receipt_key(upload)
    assert receipt.startswith("receipts/")
    assert receipt.endswith(f"/{version}/result.json")
    for place in (backup_key(upload), alternative_backup_key(upload)):
        assert place.startswith("backup/20261122T091500.250Z")
        assert len(place.encode()) <= MAX_KEY_BYTES
    assert len(receipt.encode()) <= MAX_KEY_BYTES


@given(keys, versions, keys, versions)
def test_two_uploads_share_no_receipt(key: str, version: str, key2: str, version2: str) -> None:
    one, two = an_upload(key, version), an_upload(key2, version2)
    if one != two:
        assert receipt_key(one) != receipt_key(two)


@pytest.mark.parametrize("letter", ["a", "ä", "日", "😀"])
def test_the_longest_keys_are_cut_between_characters_and_stay_apart(letter: str) -> None:
    length = MAX_KEY_BYTES // len(letter.encode())
    one = an_upload(letter * (length - 1) + "1")
    two = an_upload(letter * (length - 1) + "2")
    for place in (receipt_key, backup_key, alternative_backup_key):
        assert place(one) != place(two)
        assert place(one) == place(one)
        assert len(place(one).encode()) <= MAX_KEY_BYTES


def test_versions_of_one_millisecond_have_an_alternative() -> None:
    one, two = an_upload(version_id="v1"), an_upload(version_id="v2")
    assert backup_key(one) == backup_key(two)
    assert alternative_backup_key(one) != alternative_backup_key(two)
    assert alternative_backup_key(one) != backup_key(one)
