"""The system user for PostgreSQL: two stacks that start at the same moment both need it."""

import os
import pwd
import shutil
import subprocess
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from rowledger.local import StackError
from rowledger.local.processes import server_user


class System:
    """A system that we are root on. status: what its useradd ends with."""

    def __init__(self, folder: Path) -> None:
        self.useradd = folder / "useradd"
        self.useradd.touch()
        self.status = 0
        self.made: list[str] = []

    def add(self, command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        name = command[-1]
        time.sleep(0.05)
        if not self.status:
            self.made.append(name)
        return subprocess.CompletedProcess(command, self.status, "", "no more users")

    def find(self, name: str) -> SimpleNamespace:
        if name not in self.made:
            raise KeyError(name)
        return SimpleNamespace(pw_uid=970, pw_gid=971)


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    system = System(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda _name: str(system.useradd))
    monkeypatch.setattr(subprocess, "run", system.add)
    monkeypatch.setattr(pwd, "getpwnam", system.find)
    return system


def test_stacks_that_start_together_make_one_user(system: System) -> None:
    found: list[object] = []
    starts = [
        threading.Thread(target=lambda: found.append(server_user.run_options())) for _ in range(4)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert system.made == ["rowledger_postgres"]
    assert found == [{"user": 970, "group": 971, "extra_groups": []}] * 4


def test_a_useradd_that_fails_is_an_error_that_says_why(system: System) -> None:
    system.status = 4
    with pytest.raises(StackError, match="no more users"):
        server_user.run_options()
