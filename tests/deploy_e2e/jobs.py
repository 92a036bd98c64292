"""Jobs of GitHub's, as the account knows them: by the token that each brings."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from rowledger.local.emulator_clients import ACCOUNT_ID, REGION, EmulatorClients

GITHUB = "https://token.actions.githubusercontent.com"
# As bootstrap/env/local.tfvars names them.
PULL_REQUEST = "repo:example/rowledger:pull_request"
ENVIRONMENT = "repo:example/rowledger:environment:local"
BOUNDARY = f"arn:aws:iam::{ACCOUNT_ID}:policy/rowledger-boundary"


def job(endpoint_url: str, role: str, **claims: str) -> EmulatorClients:
    """Who a job is in a role; raise ClientError where it is refused that role.

    claims: of its token, such as sub. The emulator believes them; AWS has GitHub's keys, and checks
    the signature.
    """
    token = {"iss": GITHUB, "aud": "sts.amazonaws.com"} | claims
    sts = boto3.client(
        "sts",
        region_name=REGION,
        endpoint_url=endpoint_url,
        config=Config(signature_version=UNSIGNED, proxies={}),
    )
    answer = sts.assume_role_with_web_identity(
        RoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/{role}",
        RoleSessionName="job",
        WebIdentityToken=".".join(
            base64.urlsafe_b64encode(part).decode().rstrip("=")
            for part in (b'{"alg":"RS256"}', json.dumps(token).encode(), b"unsigned")
        ),
    )
    return session(endpoint_url, answer["Credentials"])


def session(endpoint_url: str, credentials: Mapping[str, Any]) -> EmulatorClients:
    """Who has these temporary keys, which STS gave out."""
    return EmulatorClients(
        endpoint_url,
        credentials["AccessKeyId"],
        credentials["SecretAccessKey"],
        session_token=credentials["SessionToken"],
    )
