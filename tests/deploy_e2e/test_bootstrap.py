"""`make bootstrap` on an empty account, and what the roles that it made can do and cannot.

The emulator enforces policies, boundaries and their conditions on IAM's own actions at every request,
and trusts a token's claims without its signature. It asks for no iam:PassRole and for no KMS
permission on behalf of another service: these two tests/terraform/test_roles.py shows on the policies
alone.
"""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from rowledger import contract
from rowledger.local import emulator, function
from rowledger.local.aws import ACCOUNT_ID, Aws
from rowledger.local.layout import Layout
from rowledger.local.parts import aws_at
from rowledger.local.state import Secrets
from rowledger.local.terraform import Workspace, find_terraform
from rowledger.packaging import ROOT

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_s3 import S3Client

PIPELINE = contract.load("pipeline.json")
INPUT = PIPELINE["buckets"]["input"]
STATE = f"rowledger-state-{ACCOUNT_ID}"
ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role"
POLICY = f"arn:aws:iam::{ACCOUNT_ID}:policy"
BOUNDARY = f"{POLICY}/rowledger-boundary"
GITHUB = "https://token.actions.githubusercontent.com"
PULL_REQUEST = "repo:example/rowledger:pull_request"
ENVIRONMENT = "repo:example/rowledger:environment:local"
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
ANY_POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)


@dataclass(frozen=True)
class Machine:
    """A machine that runs the commands: a runner of GitHub's, or an administrator's.

    environment: what every command has, but for who runs it.
    """

    environment: dict[str, str]

    def run(
        self, identity: Aws, *command: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        who = {
            "AWS_ENDPOINT_URL": identity.endpoint_url,
            "AWS_ACCESS_KEY_ID": identity.access_key,
            "AWS_SECRET_ACCESS_KEY": identity.secret_key,
            **({"AWS_SESSION_TOKEN": identity.session_token} if identity.session_token else {}),
        }
        program = shutil.which(command[0])
        assert program
        return subprocess.run(
            [program, *command[1:]],
            cwd=ROOT,
            env=self.environment | who | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
