import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from relaxo import recipe as recipes
from relaxo.errors import InputError
from relaxo.recipe import ContentsPart, FitPart, FitsPart, Recipe


def example(folder: Path) -> Recipe:
    return Recipe(
        sources=(str(folder / "images"),),
        fit=FitsPart(T2=FitPart(model="spin_echo_decay", options={"skip_first_echo": False, "noise_floor": 2.5})),
        contents=(
            ContentsPart(well="A1", concentration_mM=0.1, agent="Gd6"),
            ContentsPart(row=10.5, column=3.25, concentration_mM=0, exclude="a bubble"),
        ),
    )


def test_a_recipe_survives_the_way_through_its_file(tmp_path):
    recipe = example(tmp_path)
    path = tmp_path / "recipe.toml"
    path.write_text(recipes.to_toml(recipe, tmp_path), encoding="utf-8")
    assert recipes.load(path) == recipe


def test_sources_are_written_relative_to_the_recipe_so_that_a_folder_can_be_moved(tmp_path):
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "recipe.toml"
    path.write_text(recipes.to_toml(example(tmp_path / "a"), tmp_path / "a"), encoding="utf-8")
    moved = tmp_path / "b"
    path.parent.rename(moved)
    assert recipes.load(moved / "recipe.toml").sources == (str(moved / "images"),)


def test_an_editor_that_writes_a_byte_order_mark_does_no_harm(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text('sources = ["x"]', encoding="utf-8-sig")
    assert recipes.load(path).sources == (str(tmp_path / "x"),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('sources = ["x"]\n[wels]', 'no key "wels". Did you mean "wells"?'),
        ('sources = ["x"]\n[wells]\nmargin_mm = "2 mm"', 'wells.margin_mm cannot be "2 mm"'),
        ('sources = ["x"]\n[wells]\nmargin_mm = -1', "wells.margin_mm cannot be -1. It holds: number, at least 0."),
        ('sources = ["x"]\n[[contents]]\nrow = 1', "in [contents 1]"),
        ('sources = ["x"]\n[[contents]]\nwell = "1"\nrow = 1\ncolumn = 1', "in [contents 1]"),
        (
            'sources = ["x"]\n[[contents]]\nwell = "1"\nconcentration_mM = -0.1',
            "contents 1.concentration_mM cannot be -0.1",
        ),
        ('sources = ["x"]\nschema = 2', "schema 2"),
        ("[wells]", "sources"),
        ('sources = ["x"', "not valid TOML"),
    ],
)
def test_a_recipe_that_cannot_be_used_is_refused_with_the_place(tmp_path, text, words):
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        recipes.load(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_recipe_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(InputError, match="TOML"):
        recipes.load(path)


def test_a_recipe_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        recipes.load(tmp_path / "none.toml")


def test_what_is_not_decided_is_not_written(tmp_path):
    table = recipes.to_table(example(tmp_path))
    assert "T1" not in table["stacks"]
    assert msgspec.json.encode(table)


def test_threads_may_read_their_first_recipe_at_once():
    program = """
import sys, threading
sys.setswitchinterval(1e-6)
from relaxo.recipe import from_table
together = threading.Barrier(4)
def read():
    together.wait()
    from_table({"sources": ["a"], "contents": [{"well": "1", "concentration_mM": 1.0}]})
threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
    # Without care, four runs in ten crash the interpreter.
    for _ in range(10):
        assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
