"""What a cold start costs: a new interpreter imports an entrypoint from the unpacked package.

Beside it, in turn, the same package without its bytecode, and without AWS's SDK, which then comes
from beside the package, as the Lambda runtime brings it. As in Lambda no bytecode is written. Run:
python -m bench.cold_start [--runs 15]
"""

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from bench.markdown import row, table
from rowledger.deployment.packaging.package import build_package
from rowledger.functions import contract

# Of the SDK, what is in the package for its sake alone.
SDK = ("botocore", "s3transfer", "urllib3")
# Those that have no default.
SETTINGS = [
    each["name"] for each in contract.load("settings.json")["settings"] if "default" not in each
]
# As Lambda gives them: without credentials each client would look for them on the network.
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_SESSION_TOKEN": "x",
}
LOAD = """
import importlib, sys
handler, package, *runtime = sys.argv[1:]
sys.path[:0] = [package]
sys.path += runtime
importlib.import_module(handler.rpartition(".")[0])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs: int = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="rowledger-bench-") as folder:
        names = ("whole", "sources", "bare", "runtime")
        whole, sources, bare, runtime = (Path(folder) / name for name in names)
        package = build_package(Path(folder) / "package.zip")
        with zipfile.ZipFile(package.path) as archive:
            archive.extractall(whole)
        shutil.copytree(whole, sources, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(whole, bare)
        runtime.mkdir()
        for name in SDK:
            (bare / name).rename(runtime / name)
        sdk = sum(path.stat().st_size for path in runtime.rglob("*") if path.is_file())
        print(f"package: {package.packed_bytes / 1e6:.2f} MB, {sdk / 1e6:.2f} MB of it AWS's SDK\n")
        print("Milliseconds of processor time, medians; the ratios are medians of pairs:\n")
        heads = ("packed", "without bytecode", "with the runtime's SDK")
        print(table("function", *heads, "packed : without bytecode", "packed : runtime's SDK"))
        for function in contract.load("pipeline.json")["functions"].values():
            turns = [
                [
                    seconds(function["handler"], *folders)
                    for folders in ((whole,), (sources,), (bare, runtime))
                ]
                for _ in range(runs)
            ]
            medians = [statistics.median(each) for each in zip(*turns, strict=True)]
            ratios = [statistics.median(each[0] / each[n] for each in turns) for n in (1, 2)]
            print(
                row(
                    function["name"],
                    *(f"{each * 1000:.0f}" for each in medians),
                    *(f"{each:.2f}" for each in ratios),
                ),
                flush=True,
            )


def seconds(handler: str, *folders: Path) -> float:
    """CPU seconds of one import in a new interpreter."""
    before = _children()
    subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", LOAD, handler, *map(str, folders)],
        check=True,
        env=ENVIRONMENT | dict.fromkeys(SETTINGS, "x"),
    )
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
