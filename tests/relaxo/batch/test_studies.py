import pytest

from relaxo.batch import find_studies
from relaxo.errors import InputError


def touch(path, text="schema = 1\nsources = []\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def names(studies):
    return [study.name for study in studies]


def test_every_recipe_below_a_folder_is_a_study_named_by_its_place(tmp_path):
    touch(tmp_path / "in" / "b" / "recipe.toml")
    touch(tmp_path / "in" / "a" / "monday" / "recipe.toml")
    touch(tmp_path / "in" / "a" / "tuesday.toml")
    assert names(find_studies([tmp_path / "in"], tmp_path / "out")) == ["a-monday", "a-tuesday", "b"]


def test_recipes_that_results_were_written_with_are_none(tmp_path):
    touch(tmp_path / "in" / "recipe.toml")
    touch(tmp_path / "in" / "results" / "recipe.toml")
    touch(tmp_path / "in" / "results" / "results.json", "{}")
    touch(tmp_path / "in" / "out" / "x" / "recipe.toml")
    touch(tmp_path / "in" / ".relaxo-partial-12345678" / "recipe.toml")
    assert names(find_studies([tmp_path / "in"], tmp_path / "in" / "out")) == ["in"]


def test_a_folder_without_recipes_is_one_study_with_its_own_table(tmp_path):
    touch(tmp_path / "plate" / "concentrations.csv", "well,concentration_mM,agent\n1,0.5,Gd6\n")
    (study,) = find_studies([tmp_path / "plate"], tmp_path / "out")
    assert study.name == "plate"
    recipe = study.recipe()
    assert recipe.sources == (str(tmp_path / "plate"),)
    assert [part.concentration_mM for part in recipe.contents] == [0.5]


def test_no_two_studies_share_a_name_on_any_disk(tmp_path):
    for place in ("x/Plate", "y/plate", "z/plate"):
        touch(tmp_path / place / "recipe.toml")
    paths = [tmp_path / "x" / "Plate", tmp_path / "y" / "plate", tmp_path / "z" / "plate" / "recipe.toml"]
    found = find_studies([*paths, paths[0]], tmp_path / "out")
    assert names(found) == ["Plate", "plate-2", "plate-3"]


def test_a_name_holds_nothing_that_a_disk_forbids(tmp_path):
    touch(tmp_path / 'a:b?"c' / "recipe.toml")
    assert names(find_studies([tmp_path / 'a:b?"c'], tmp_path / "out")) == ["a-b-c"]


@pytest.mark.parametrize("name", ["nowhere", "table.csv"])
def test_what_is_no_study_is_said_at_once(tmp_path, name):
    touch(tmp_path / "table.csv")
    with pytest.raises(InputError, match=r"no such|no recipe"):
        find_studies([tmp_path / name], tmp_path / "out")
