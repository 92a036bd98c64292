"""Links that a browser fetches an object by: short-lived, signed by version 4, kept as a file."""

from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from rowledger.operations.adapters.aws.links import S3Links


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_a_link_is_good_for_a_minute_and_for_that_version(region: str) -> None:
    session = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name=region)
    links = S3Links(session.client("s3"), "the-readers")
    for version in ("v1", None):
        address = urlsplit(links.link("bucket", "a b/ä&.csv", version, name="1-input-a.csv"))
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        assert address.path.endswith("/a%20b/%C3%A4%26.csv")
        assert asked["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
        assert asked["X-Amz-Expires"] == "60"
        assert asked.get("versionId") == version
        assert asked["response-content-disposition"] == 'attachment; filename="1-input-a.csv"'
        assert asked["response-content-type"] == "application/octet-stream"
