"""A machine that deployments run on, and who a command on it is to AWS."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from rowledger.local import processes
from rowledger.local.aws import ACCOUNT_ID, REGION, Aws
from rowledger.local.terraform import blind, find_terraform
from rowledger.packaging import ROOT

GITHUB = "https://token.actions.githubusercontent.com"


@dataclass(frozen=True)
class Machine:
    """environment: what every command has, but for who runs it."""

    environment: Mapping[str, str] = field(repr=False)

    @classmethod
    def at(cls, folder: Path, **variables: str) -> "Machine":
        """One whose Terraform keeps its own files in folder."""
        settings = folder / "cli.tfrc"
        settings.write_text(find_terraform().settings(), encoding="utf-8")
        own = {"TF_CLI_CONFIG_FILE": str(settings), "NO_PROXY": "127.0.0.1"}
        # By the marker whatever outlives a test is found.
        return cls(blind(os.environ) | own | {processes.MARKER: str(folder)} | variables)

    def run(
        self, identity: Aws, *command: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """A command at the top of the checkout, by its name, and what it said."""
        who = {
            "AWS_ENDPOINT_URL": identity.endpoint_url,
            "AWS_ACCESS_KEY_ID": identity.access_key,
            "AWS_SECRET_ACCESS_KEY": identity.secret_key,
            "AWS_SESSION_TOKEN": identity.session_token or "",
        }
        program = shutil.which(command[0])
        assert program, command[0]
        return subprocess.run(
            [program, *command[1:]],
            cwd=ROOT,
            env=dict(self.environment) | who | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def job(endpoint_url: str, role: str, **claims: str) -> Aws:
    """A job of GitHub's in a role, by the token that GitHub gives it; raise ClientError if refused.

    The emulator believes the token's claims. AWS has GitHub's keys, and checks the signature.
    """
    token = {"iss": GITHUB, "aud": "sts.amazonaws.com"} | claims
    sts = boto3.client(
        "sts",
        region_name=REGION,
        endpoint_url=endpoint_url,
        config=Config(signature_version=UNSIGNED, proxies={}),
    )
    keys = sts.assume_role_with_web_identity(
        RoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/{role}",
        RoleSessionName="job",
        WebIdentityToken=".".join(
            base64.urlsafe_b64encode(part).decode().rstrip("=")
            for part in (b'{"alg":"RS256"}', json.dumps(token).encode(), b"unsigned")
        ),
    )["Credentials"]
    return Aws(
        endpoint_url,
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        session_token=keys["SessionToken"],
    )
