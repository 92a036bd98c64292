"""Jobs of GitHub's: the roles that the bootstrap made for them, and commands that run as one."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from rowledger.local.aws import ACCOUNT_ID, REGION, Aws

GITHUB = "https://token.actions.githubusercontent.com"
BOUNDARY = f"arn:aws:iam::{ACCOUNT_ID}:policy/rowledger-boundary"
# As bootstrap/env/local.tfvars names them.
PULL_REQUEST = "repo:example/rowledger:pull_request"
ENVIRONMENT = "repo:example/rowledger:environment:local"
# Nobody is there to be asked.
UNASKED = {"TF_CLI_ARGS_apply": "-auto-approve -no-color"}


def job(endpoint_url: str, role: str, **claims: str) -> Aws:
    """A job in a role, by the token that GitHub gave it; raise ClientError where it is refused.

    The emulator believes the token's claims. AWS has GitHub's keys, and checks the signature.
    """
    token = {"iss": GITHUB, "aud": "sts.amazonaws.com"} | claims
    sts: Any = boto3.client(
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


def session(endpoint_url: str, keys: Mapping[str, str]) -> Aws:
    """keys: the Credentials that STS gave."""
    return Aws(
        endpoint_url,
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        session_token=keys["SessionToken"],
    )


def as_job(environment: Mapping[str, str], identity: Aws) -> dict[str, str]:
    """The environment of commands that are run by somebody else, under the boundary."""
    return {
        **environment,
        "AWS_ACCESS_KEY_ID": identity.access_key,
        "AWS_SECRET_ACCESS_KEY": identity.secret_key,
        "AWS_SESSION_TOKEN": identity.session_token or "",
        "TF_VAR_permissions_boundary": BOUNDARY,
    }
