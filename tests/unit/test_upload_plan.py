from pathlib import Path

import pytest

from rowledger.operations.domain.upload_plan import join_prefix, plan_uploads

SUFFIXES = (".csv", ".csv.gz")
FOLDER = Path("in")


@pytest.mark.parametrize(
    ("prefix", "key"),
    [("", "a.csv"), ("2026/11", "2026/11/a.csv"), ("2026/11/", "2026/11/a.csv"), ("/", "a.csv")],
)
def test_a_prefix_is_joined_with_one_slash(prefix: str, key: str) -> None:
    assert join_prefix(prefix, "a.csv") == key


def test_of_a_folder_the_files_are_taken_that_the_pipeline_takes() -> None:
    names = ("a.csv", "deep/b.csv.gz", "readme.txt", ".hidden.csv", ".git/c.csv")
    plan = plan_uploads([(FOLDER, [FOLDER / name for name in names])], "acme", SUFFIXES)
    assert [each.key for each in plan.uploads] == ["acme/a.csv", "acme/deep/b.csv.gz"]
    assert (plan.hidden, plan.others, plan.refused, plan.clashes) == (2, 1, (), {})


def test_a_file_that_is_named_and_not_taken_is_refused() -> None:
    plan = plan_uploads([(Path("notes.txt"), None)], "", SUFFIXES)
    assert (plan.uploads, plan.refused) == ((), (Path("notes.txt"),))


def test_files_that_would_have_one_key_are_found() -> None:
    named = [(Path("a/x.csv"), None), (Path("b/x.csv"), None)]
    assert plan_uploads(named, "", SUFFIXES).clashes == {
        "x.csv": (Path("a/x.csv"), Path("b/x.csv"))
    }


def test_a_file_whose_name_no_key_can_have_is_found_before_anything_is_sent() -> None:
    strange = Path(b"in/\xff.csv".decode(errors="surrogateescape"))
    plan = plan_uploads([(FOLDER, [FOLDER / "a.csv", strange])], "", SUFFIXES)
    assert plan.unnameable == (strange,)
