import csv
import json

import pytest


@pytest.fixture
def results(call, tmp_path):
    """Run something that must succeed into a folder, and return the folder and its results."""

    def run(name, *arguments):
        folder = tmp_path / name
        code, out, err = call("run", *arguments, "--out", folder)
        assert code == 0, err
        assert str(folder / "results.json") in out
        return folder, json.loads((folder / "results.json").read_text())

    return run


def numbers(results):
    return [results["agents"], results["wells"]]


def test_a_folder_and_the_recipe_it_made_give_the_same_numbers(results, phantom):
    table = phantom / "concentrations.csv"
    folder, first = results("first", phantom / "dicom", "--concentrations", table)
    _, again = results("again", folder / "recipe.toml")
    assert numbers(first) == numbers(again)
    assert [agent["name"] for agent in first["agents"]] == ["Gd6", "Gd-DTPA"]


def test_everything_that_was_promised_is_there(results, phantom):
    folder, _ = results("all", phantom / "recipe.toml")
    for name in (
        "results.json", "wells.csv", "relaxivity.csv", "recipe.toml", "maps/T1map.nii.gz", "maps/T1map.json",
        "maps/T2map.nii.gz", "maps/T2map.json", "figure.png", "figure.svg",
    ):  # fmt: skip
        assert (folder / name).stat().st_size > 0, name


def test_the_table_of_wells_gives_the_same_relaxivities_without_images(results, call_json, phantom):
    folder, run = results("all", phantom / "recipe.toml")
    table = call_json("relaxivity", folder / "wells.csv")
    for mine, other in zip(run["agents"], table["agents"], strict=True):
        for quantity in ("r1", "r2", "r2_over_r1"):
            assert mine[quantity]["value"] == pytest.approx(other[quantity]["value"], rel=1e-9)
            assert mine[quantity]["ci95"] == pytest.approx(other[quantity]["ci95"], rel=1e-6)


def test_another_table_replaces_the_contents_of_a_recipe(results, phantom, tmp_path):
    with (phantom / "concentrations.csv").open() as file:
        rows = list(csv.DictReader(file))
    halved = tmp_path / "halved.csv"
    lines = [
        f"{row['well']};{str(float(row['concentration_mM']) / 2).replace('.', ',')};{row['agent']}" for row in rows
    ]
    halved.write_text("\n".join(["well;concentration_mM;agent", *lines]), encoding="utf-8-sig")
    _, first = results("first", phantom / "recipe.toml")
    _, second = results("second", phantom / "recipe.toml", "--concentrations", halved)
    ratio = second["agents"][0]["r1"]["value"] / first["agents"][0]["r1"]["value"]
    assert ratio == pytest.approx(2, rel=1e-9)


def test_a_folder_without_concentrations_gives_the_wells_and_says_so(results, phantom):
    _, found = results("wells", phantom / "dicom")
    assert found["agents"] == []
    assert "no_concentrations" in {warning["code"] for warning in found["warnings"]}
    assert found["wells"][1]["T1_ms"] > 0


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        (["well,concentration_mM", "1,0", "1,1"], 3, "1"),
        (["well,concentration", "1,0"], 3, "concentration"),
        (["well,concentration_mM", "1,abc"], 3, "line 2"),
    ],
)
def test_a_table_that_cannot_be_used_leaves_nothing_behind(call, phantom, tmp_path, lines, code, words):
    table, out = tmp_path / "table.csv", tmp_path / "out"
    table.write_text("\n".join(lines))
    ended, printed, err = call("run", phantom / "dicom", "--concentrations", table, "--out", out)
    assert ended == code
    assert words in err
    assert printed == ""
    assert not out.exists() or not list(out.iterdir())


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        (["well,concentration_mM", "1,0", "77,1"], 3, "77"),
        (["well,concentration_mM", "1,0.1", "2,0.2"], 4, "3 different concentrations"),
    ],
)
def test_concentrations_that_cannot_be_used_leave_maps_and_wells(call, phantom, tmp_path, lines, code, words):
    table, out = tmp_path / "table.csv", tmp_path / "out"
    table.write_text("\n".join(lines))
    ended, printed, err = call("run", phantom / "dicom", "--concentrations", table, "--out", out)
    assert ended == code
    assert words in err.splitlines()[-1]
    assert "No relaxivities" not in err  # the error says it
    assert str(out / "results.json") in printed
    found = json.loads((out / "results.json").read_text())
    assert found["agents"] == []
    assert words in found["failure"]["what"]
    assert found["failure"]["exit_code"] == code
    assert found["wells"][1]["T1_ms"] > 0
    assert (out / "maps" / "T1map.nii.gz").is_file()
    assert words in (out / "report.html").read_text(encoding="utf-8")
    assert call("figure", out, "--kind", "maps", "--out", tmp_path)[0] == 0


def test_concentrations_that_cannot_be_used_replace_no_relaxivities(call, results, phantom, tmp_path):
    folder, before = results("kept", phantom / "recipe.toml")
    table = tmp_path / "table.csv"
    table.write_text("well,concentration_mM\n77,1")
    code, printed, err = call("run", phantom / "recipe.toml", "--concentrations", table, "--out", folder)
    assert code == 3
    assert "77" in err
    assert printed == ""
    assert json.loads((folder / "results.json").read_text()) == before


def test_a_folder_that_holds_something_else_is_left_alone(call, phantom, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_text("precious")
    code, _, err = call("run", phantom / "recipe.toml", "--out", out)
    assert code == 0, err
    assert (out / "thesis.docx").read_text() == "precious"


def test_an_out_that_is_a_file_is_refused(call, phantom, tmp_path):
    out = tmp_path / "out"
    out.write_text("a file")
    code, _, err = call("run", phantom / "recipe.toml", "--out", out)
    assert code in {2, 3}
    assert str(out) in err
    assert out.read_text() == "a file"
