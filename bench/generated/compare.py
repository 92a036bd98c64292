"""The counter on generated files, cell by cell, beside other readers.

Every number is a share of a cell's files that got the right number of data rows, or the right
rejection. For the counter, "silent" are files that got another number and no warning. Peers are
asked for a part of the files only: some take a second for each.
Run: python -m bench.generated.compare [--per-cell 40] [--peer-files 5]
"""

import argparse
import sys
from collections import Counter as Tally
from collections import defaultdict

from bench.generated.cells import Case, cases
from bench.generated.peers import Peer, peers
from rowledger.functions.domain.counting.counter import Counter
from rowledger.functions.domain.rejection import RejectedError

REQUIRED = 0.98


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-cell", type=int, default=40)
    parser.add_argument("--peer-files", type=int, default=5)
    parser.add_argument("--seed", type=int, default=4180)
    arguments = parser.parse_args()
    others = peers()
    ours: dict[str, Tally[str]] = defaultdict(Tally)
    theirs: dict[str, Tally[str]] = defaultdict(Tally)
    for case in cases(arguments.per_cell, arguments.seed):
        ours[case.cell][verdict(case)] += 1
        if ours[case.cell].total() <= arguments.peer_files:
            for name, peer in others.items():
                theirs[case.cell][name] += is_right(case, peer)
    print_cells(ours, theirs, list(others), min(arguments.peer_files, arguments.per_cell))
    total = sum(ours.values(), Tally[str]())
    share = total["right"] / total.total()
    print(f"{total.total():,} files: {share:.1%} right, {total['silent']} silent")
    if total["silent"] or share < REQUIRED:
        sys.exit(f"compare: {total['silent']} silent, or less than {REQUIRED:.0%} right")


def verdict(case: Case) -> str:
    """Say how the counter did: right, told, rejected, or silent."""
    counter = Counter()
    try:
        counter.feed(case.data)
        count = counter.finish()
    except RejectedError as error:
        return "right" if error.rejection.code in case.codes else "rejected"
    if count.rows == case.rows:
        return "right"
    return "told" if count.warnings else "silent"


def is_right(case: Case, peer: Peer) -> bool:
    """Say whether a peer counts the rows, or gives up on what is to be rejected."""
    try:
        rows = peer(case.data)
    except Exception:  # noqa: BLE001 -- peers raise what they like, and that is an answer here
        return case.rows is None
    return rows == case.rows


def print_cells(
    ours: dict[str, Tally[str]], theirs: dict[str, Tally[str]], names: list[str], asked: int
) -> None:
    """Print a line a cell."""
    heads = "".join(f"{name:>10}" for name in names)
    print(f"{'':30}{'right':>8}{'told':>6}{'rejected':>10}{'silent':>8}{heads}")
    for cell, tally in ours.items():
        right = tally["right"] / tally.total()
        shares = "".join(f"{theirs[cell][name] / asked:10.0%}" for name in names)
        print(
            f"{cell:30}{right:8.0%}{tally['told']:6}{tally['rejected']:10}{tally['silent']:8}{shares}"
        )
    for name in names:
        share = sum(each[name] for each in theirs.values()) / (asked * len(theirs))
        print(f"{name}: {share:.1%} right of {asked * len(theirs)} files")


if __name__ == "__main__":
    main()
