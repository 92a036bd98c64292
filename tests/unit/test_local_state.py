import os
import stat
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from rowledger.local import StackError
from rowledger.local.layout import STATE_DIR_VARIABLE, Layout, find_layout, layout_to_start
from rowledger.local.private_files import read_json, tail, write_json, write_private
from rowledger.local.processes import background
from rowledger.local.processes.background import MARKER, ProcessId
from rowledger.local.stack import reset, stop
from rowledger.local.state import PartProcess, StackCredentials, State, exclusive
from rowledger.operations.adapters.environment_files import CONFIG_DIR_VARIABLE, environment_files


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "state")
    layout.create()
    return layout


def test_state_survives_being_saved(layout: Layout) -> None:
    state = State({"emulator": PartProcess(4566, ProcessId(1, 2.5))}, {"ROWLEDGER_HEADER": "true"})
    state.save(layout)
    assert State.load(layout) == state


@pytest.mark.parametrize("content", ["", "{", "[]", '{"parts": {"emulator": {}}}', '{"parts": 3}'])
def test_state_that_cannot_be_understood_is_an_empty_state(layout: Layout, content: str) -> None:
    layout.state_file.write_text(content)
    assert State.load(layout) == State()


def test_files_with_secrets_are_for_their_owner_only(layout: Layout) -> None:
    StackCredentials.load_or_create(layout)
    assert stat.S_IMODE(layout.credentials_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(layout.inbox.stat().st_mode) == 0o700
    assert not stat.S_IMODE(layout.root.stat().st_mode) & 0o066


def test_credentials_are_made_once_and_differ_between_folders(tmp_path: Path) -> None:
    first, second = Layout(tmp_path / "a"), Layout(tmp_path / "b")
    first.create()
    second.create()
    made = StackCredentials.load_or_create(first)
    assert StackCredentials.load_or_create(first) == made
    assert StackCredentials.load_or_create(second).secret_key != made.secret_key
    assert "test" not in (made.access_key, made.secret_key)


def test_credentials_of_an_earlier_version_are_completed(layout: Layout) -> None:
    made = StackCredentials.load_or_create(layout)
    earlier = asdict(made)
    del earlier["operator_password"]
    del earlier["master_password"]
    earlier["function_password"] = "kept by an earlier version"
    write_json(layout.credentials_file, earlier)
    completed = StackCredentials.load_or_create(layout)
    assert completed.operator_password
    assert completed.master_password
    restored = replace(
        completed,
        operator_password=made.operator_password,
        master_password=made.master_password,
    )
    assert restored == made
    assert StackCredentials.load(layout) == completed


def test_lost_credentials_of_a_database_are_said_and_not_replaced(layout: Layout) -> None:
    layout.postgres.mkdir()
    with pytest.raises(StackError, match="rowledger reset"):
        StackCredentials.load_or_create(layout)


def test_an_interrupted_write_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_private(path, b"old")

    def interrupt(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_private(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_end_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"one\ntwo \xff\nthree\n")
    assert tail(tmp_path / "log", lines=2) == "two \ufffd\nthree"
    assert tail(tmp_path / "none") == ""
    assert read_json(tmp_path / "none") is None


def test_removal_spares_what_is_not_the_stacks(layout: Layout) -> None:
    mine = layout.root / "thesis.txt"
    mine.write_text("years of work")
    layout.state_file.write_text("{}")
    layout.remove()
    assert list(layout.root.iterdir()) == [mine]


def test_removal_takes_the_folder_when_nothing_else_is_in_it(layout: Layout) -> None:
    StackCredentials.load_or_create(layout)
    layout.remove()
    assert not layout.root.exists()


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Layout(tmp_path).create()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_the_state_folder_is_in_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(STATE_DIR_VARIABLE, raising=False)
    checkout = tmp_path / "checkout"
    inner = checkout / "src" / "deep"
    inner.mkdir(parents=True)
    (checkout / "pyproject.toml").write_text('[project]\nname = "rowledger"\n')
    (checkout / "src" / "pyproject.toml").write_text('[project]\nname = "other"\n')
    monkeypatch.chdir(inner)
    assert find_layout() == layout_to_start() == Layout(checkout / ".rowledger")
    monkeypatch.setenv(STATE_DIR_VARIABLE, str(tmp_path / "named"))
    assert find_layout() == layout_to_start() == Layout(tmp_path / "named")


def test_the_stack_that_was_started_last_is_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(STATE_DIR_VARIABLE, raising=False)
    monkeypatch.setenv(CONFIG_DIR_VARIABLE, str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    last, checkout, elsewhere = (tmp_path / name for name in ("last", "checkout", "elsewhere"))
    for folder in (last, checkout, elsewhere):
        folder.mkdir()
    (checkout / "pyproject.toml").write_text('[project]\nname = "rowledger"\n')
    monkeypatch.chdir(elsewhere)
    assert elsewhere not in find_layout().root.parents
    environment_files().note_local_stack(last)
    assert find_layout() == layout_to_start() == Layout(last)
    # What is looked at is the same everywhere; what a checkout starts is its own.
    monkeypatch.chdir(checkout)
    assert (find_layout(), layout_to_start()) == (Layout(last), Layout(checkout / ".rowledger"))
    last.rmdir()
    assert find_layout() == Layout(checkout / ".rowledger")


def test_a_process_is_not_taken_for_a_later_one_of_the_same_id() -> None:
    here = ProcessId.of(os.getpid())
    assert here.alive()
    assert not ProcessId(here.pid, here.started - 60).alive()


def test_our_processes_do_not_inherit_the_users_cloud_or_proxies(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "HTTP_PROXY", "PGHOST", "PYTHONPATH"):
        monkeypatch.setenv(name, "mine")
    environment = background.marked_environment(tmp_path)
    assert "mine" not in environment.values()
    assert environment[MARKER] == str(tmp_path)


def test_one_command_at_a_time(layout: Layout) -> None:
    with (
        exclusive(layout),
        pytest.raises(StackError, match="another"),
        exclusive(layout, patience_seconds=0),
    ):
        pass
    with exclusive(layout):
        pass


def test_a_lock_on_a_removed_folder_is_no_lock(layout: Layout) -> None:
    with exclusive(layout):
        layout.lock_file.unlink()
        with exclusive(layout):
            assert layout.lock_file.exists()


def a_folder_of_somebodys(root: Path, *, with_state: str | None = None) -> dict[str, str]:
    """A folder that holds what a state folder may hold, and is none."""
    for name in ("logs/app.log", "terraform/main.tf", "inbox/1.eml", "postgres/PG_VERSION"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("mine")
    (root / "credentials.json").write_text("{}")
    if with_state is not None:
        (root / "state.json").write_text(with_state)
    return contents(root)


def contents(root: Path) -> dict[str, str]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_text() for path in files}


@pytest.mark.parametrize(
    "state", [None, "{", "{}", '{"version": 4}', '{"parts": 1, "settings": 2}']
)
def test_a_folder_of_somebodys_is_neither_used_nor_stopped_nor_removed(
    tmp_path: Path, state: str | None
) -> None:
    before = a_folder_of_somebodys(tmp_path, with_state=state)
    layout = Layout(tmp_path)
    with pytest.raises(StackError, match="other things in it"):
        layout.create()
    for refused in (stop, reset):
        with pytest.raises(StackError, match="not the state folder"):
            refused(lambda _step: None, layout)
    with pytest.raises(StackError, match="not the state folder"):
        layout.remove()
    assert contents(tmp_path) == before


def test_an_empty_or_missing_folder_is_taken_and_a_marked_one_again(tmp_path: Path) -> None:
    empty, missing = Layout(tmp_path / "empty"), Layout(tmp_path / "missing" / "deep")
    empty.root.mkdir()
    for layout in (empty, missing):
        layout.create()
        assert layout.is_ours()
        layout.create()
        assert reset(lambda _step: None, layout)
        assert not layout.root.exists()
        assert not reset(lambda _step: None, layout)


def test_a_state_folder_of_a_version_without_a_marker_is_taken_over(layout: Layout) -> None:
    State({"emulator": PartProcess(4566, ProcessId(1, 2.5))}).save(layout)
    layout.marker.unlink()
    assert layout.is_ours()
    layout.create()
    assert layout.marker.is_file()
    layout.marker.unlink()
    layout.remove()
    assert not layout.root.exists()


def test_every_file_of_a_state_folder_is_for_its_owner_only(layout: Layout) -> None:
    for name in ("logs/emulator.log", "function.zip"):
        (layout.root / name).touch()
        (layout.root / name).chmod(0o644)
    layout.create()
    with exclusive(layout):
        pass
    files = [path for path in layout.root.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {path.name for path in files} == {
        "emulator.log",
        "function.zip",
        "lock",
        "rowledger-state",
    }


def test_a_log_is_kept_and_a_long_one_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "emulator.log"
    assert background.begin_log(log) == 0
    log.write_bytes(b"already in use\n")
    assert background.begin_log(log) == 15
    with log.open("ab") as file:
        file.write(b"started\n")
    assert tail(log, begin=15) == "started"
    monkeypatch.setattr(background, "_LONG_LOG_BYTES", 20)
    assert background.begin_log(log) == 0
    assert (tmp_path / "emulator.log.1").read_bytes() == b"already in use\nstarted\n"
    assert not log.exists()
