import re
import subprocess
import sys
import tomllib
import zipfile

import pytest

from corridors import __version__


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def commands(root):
    """Lines of the README's shell blocks that set everything up."""
    text = (root / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if " venv " in line]


def test_readme_has_two_one_line_commands_that_differ_in_their_end_only(commands):
    run, tests = (command.split(" && ") for command in commands)
    assert run[:-1] == tests[:-1]
    assert run[-1] == ".venv/bin/corridors run both-open"
    assert tests[-1] == ".venv/bin/python -m pytest"
    assert "constraints.txt" in run[1]


def test_ci_takes_its_test_command_from_the_readme(root, commands):
    script = (root / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"grep -m1 -E '(.+?)' README\.md", script)
    found = [
        line for line in (root / "README.md").read_text(encoding="utf-8").splitlines() if re.search(pattern[1], line)
    ]
    assert found == commands[1:]


@pytest.mark.skipif(sys.platform == "win32", reason="a bash script")
def test_ci_is_an_executable_script_without_mistakes_of_grammar(root):
    script = root / ".ci" / "run"
    assert script.stat().st_mode & 0o100
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_packages_are_exactly_the_three_rooms(project):
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["corridors", "sim", "geodata"]
    contract = project["tool"]["importlinter"]["contracts"][0]
    assert (contract["type"], contract["layers"]) == ("layers", ["corridors", "sim", "geodata"])


def test_wheel_carries_every_data_file_and_the_type_marks(root, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(root)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("corridor_route_simulator-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for room in ("corridors", "sim", "geodata"):
        shipped = {
            path.relative_to(root).as_posix()
            for path in (root / room).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert {f"{room}/py.typed", f"{room}/data/datapackage.json"} <= shipped <= names
    folders = {name.split("/")[0] for name in names}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == {"corridors", "sim", "geodata"}


def test_constraints_are_names_and_versions_of_all_that_is_needed(root, project):
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line) for line in lines)
    pinned = {plain(line.split("==")[0]) for line in lines}
    needed = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["dev"]
    assert {plain(re.split(r"[<>=\[; ]", name)[0]) for name in needed} <= pinned


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_version_is_told_alike_everywhere(root):
    assert f"version: {__version__}\n" in (root / "CITATION.cff").read_text(encoding="utf-8")
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {__version__}" in changelog
    assert "### Figures that moved" in changelog


def test_tests_have_no_package_marks_that_would_hide_the_rooms(root):
    assert not list((root / "tests").rglob("__init__.py"))


def test_missing_shared_files_skip_with_a_reason_or_fail_where_required(tmp_path, shared_file):
    (tmp_path / "there.csv").write_text("")
    assert shared_file("there.csv", tmp_path) == tmp_path / "there.csv"
    with pytest.raises(pytest.skip.Exception, match=r"needs \.\./shared/gone\.csv"):
        shared_file("gone.csv", tmp_path, required="")
    with pytest.raises(pytest.fail.Exception, match="CORRIDORS_REQUIRE_SHARED=1"):
        shared_file("gone.csv", tmp_path, required="1")


def test_surface_is_small_and_loads_late():
    code = (
        "import sys, corridors\n"
        "heavy = {'pandas', 'geopandas', 'matplotlib', 'scipy', 'pyarrow', 'pydantic'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "corridors.read_scenario('today')\n"
        "assert not (heavy - {'pydantic'}) & set(sys.modules)\n"
        "print(' '.join(dir(corridors)))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout.split() == [
        "__version__", "compare", "differences", "plot_map", "plot_profile", "read_catalogue", "read_scenario", "run",
    ]  # fmt: skip
