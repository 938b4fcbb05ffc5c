"""The house itself: who may import what, locks, the production shape, and documents whose links lead somewhere."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.settings import PREFIX, Settings
from tests.conftest import LONGEST

ROOT = Path(__file__).parent.parent

_MAY_IMPORT = {
    "journeys": {"journeys", "pydantic", "pydantic_core"},
    "activities": {"activities", "journeys", "temporalio", "pydantic", "structlog"},
    "workflows": {"workflows", "activities", "journeys", "temporalio", "pydantic"},
    "api": {"api", "journeys", "fastapi", "starlette", "pydantic", "pydantic_core", "structlog", "jwt"},
}
"""The table of the packages, in docs/decisions/0001-packages-and-imports.md. import-linter forbids by name; here nothing is allowed that is not named."""

_MAY_ALSO = {"journeys/loading": {"yaml"}}


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case _:
                continue


@pytest.mark.parametrize("package", _MAY_IMPORT)
def test_a_package_imports_only_what_its_row_allows(package: str) -> None:
    """A third party that a package's row does not name is found here, even one that nobody thought to forbid."""
    strangers = []
    for file in (ROOT / package).rglob("*.py"):
        path = file.relative_to(ROOT).as_posix()
        allowed = _MAY_IMPORT[package].union(*(more for folder, more in _MAY_ALSO.items() if path.startswith(folder)))
        strangers += [f"{path}: {name}" for name in _imports(file) if name not in allowed and name not in sys.stdlib_module_names]
    assert strangers == []


def test_what_production_imports_is_what_production_installs() -> None:
    """No shipped module leans on a package that only developers happen to have; the SMTP inbox is the embedded runtime's own."""
    installed = {pin.partition("==")[0] for pin in _locked("run")}
    providers = importlib.metadata.packages_distributions()
    strangers = {
        name
        for package in (*_MAY_IMPORT, "orchestrator")
        for file in (ROOT / package).rglob("*.py")
        for name in _imports(file)
        if name not in sys.stdlib_module_names | {*_MAY_IMPORT, "orchestrator", "aiosmtpd"}
        and not any(re.sub(r"[-_.]+", "-", distribution).lower() in installed for distribution in providers.get(name, []))
    }
    assert strangers == set()


def test_the_library_holds_no_python() -> None:
    """A marketer can own journeys/library: nothing in it runs."""
    assert list((ROOT / "journeys" / "library").rglob("*.py")) == []


def test_the_longest_tests_are_where_the_list_says() -> None:
    """A file that is renamed would no longer go first, and nobody would notice but the clock."""
    assert [file for file in LONGEST if not (ROOT / "tests" / file).is_file()] == []


def test_every_test_says_what_it_shows() -> None:
    """A test's docstring is one sentence or two of behaviour."""
    silent = [
        f"{file.relative_to(ROOT)}: {node.name}"
        for file in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_") and ast.get_docstring(node) is None
    ]
    assert silent == []


def _locked(name: str) -> dict[str, list[str]]:
    """The lines of a lock: each pinned distribution with its hashes."""
    pins: dict[str, list[str]] = {}
    for line in (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if pin := re.match(r"([a-z0-9._-]+==[^ ;]+)", line):
            pins[pin[1]] = hashes = []
        elif line.strip().startswith("--hash=sha256:"):
            hashes.append(line.strip())
    return pins


@pytest.mark.parametrize("lock", ["run", "build", "embedded"])
def test_every_lock_is_a_part_of_the_development_lock(lock: str) -> None:
    """What is tested is what is installed: the same versions, the same hashes."""
    tested = _locked("dev")
    assert {pin: hashes for pin, hashes in _locked(lock).items() if tested.get(pin) != hashes} == {}
    assert all(tested.values())


def test_the_locks_hold_every_dependency_and_no_address() -> None:
    """Nothing that pyproject.toml names is missing from its lock, and no lock says where packages are fetched from."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {
        "run": project["project"]["dependencies"],
        "embedded": project["project"]["optional-dependencies"]["embedded"],
        "dev": project["dependency-groups"]["dev"],
        "build": project["dependency-groups"]["build"],
    }
    for lock, requirements in wanted.items():
        pinned = {pin.partition("==")[0] for pin in _locked(lock)}
        assert {re.split(r"[\[>=]", requirement)[0].lower() for requirement in requirements} <= pinned, lock
        assert "://" not in (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")


def _compose() -> dict[str, Any]:
    shape: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return shape


def test_the_production_shape_follows_the_compose_specification() -> None:
    """docker-compose.yml is valid, though no engine runs here."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(ROOT / "docker-compose.yml")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_production_shape_is_whole() -> None:
    """Database, Temporal with its screen, migration, API, at least two workers, and an inbox; whatever stays up is watched."""
    services = _compose()["services"]
    assert {"postgres", "temporal", "temporal-ui", "migrate", "api", "worker", "mailpit"} <= set(services)
    assert services["worker"]["deploy"]["replicas"] >= 2
    assert all("healthcheck" in services[name] for name in ("postgres", "temporal", "api", "worker", "mailpit"))


def test_no_secret_is_written_into_the_production_shape() -> None:
    """Each password and key comes from the environment; a missing one stops the start and is named."""
    for service in _compose()["services"].values():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|PWD|_KEYS?$", variable):
                optional = variable in {"DIRIGENT_SMTP_PASSWORD", "DIRIGENT_PAYLOAD_KEY"}
                assert re.fullmatch(r"\$\{\w+:-\}" if optional else r"\$\{\w+:\?[^}]+\}", value), variable


def test_the_production_shape_sets_only_what_the_processes_read() -> None:
    """A misspelt variable would be ignored without a word."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    services = _compose()["services"]
    assert {variable for name in ("migrate", "api", "worker") for variable in services[name]["environment"]} <= known


def test_operating_describes_every_setting() -> None:
    """The list in docs/operating.md is complete; the error message sends people there."""
    described = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in described] == []


def test_every_link_between_documents_leads_somewhere() -> None:
    """A relative link in a document names a file that is there."""
    broken = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("mailto:") and not (document.parent / target).exists()
    ]
    assert broken == []


def test_the_index_lists_every_decision() -> None:
    """Each decision record is on the list, and so can be found."""
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [record.name for record in folder.glob("[0-9]*.md") if f"({record.name})" not in index] == []
