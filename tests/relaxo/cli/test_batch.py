import pytest

pytest.importorskip("distributed", reason="Dask is not installed: pip install relaxo[batch]")


@pytest.fixture
def broken(tmp_path):
    """Return a recipe that is none."""
    recipe = tmp_path / "study" / "recipe.toml"
    recipe.parent.mkdir()
    recipe.write_text("sources is missing")
    return recipe


def test_where_none_worked_the_exit_code_is_6(call, broken, tmp_path):
    code, out, err = call("batch", broken, "--out", tmp_path / "out", "--workers", "1")
    assert code == 6
    assert "0 of 1 studies worked" in out
    assert "not valid TOML" in out
    assert "[1/1] study: failed" in err
    assert (tmp_path / "out" / "summary.csv").is_file()


def test_a_cluster_has_its_own_workers(call, broken, tmp_path):
    code, _, err = call("batch", broken, "--out", tmp_path / "out", "--workers", "1", "--scheduler", "tcp://x:1")
    assert code == 2
    assert "not both" in err


def test_a_file_is_no_folder_for_results(call, broken):
    code, _, err = call("batch", broken, "--out", broken)
    assert code == 2
    assert "a folder is needed" in err


def test_a_source_that_is_not_there_stops_it_before_anything_runs(call, broken, tmp_path):
    code, _, err = call("batch", broken, tmp_path / "nowhere", "--out", tmp_path / "out")
    assert code == 3
    assert "nowhere" in err
    assert not (tmp_path / "out").exists()
