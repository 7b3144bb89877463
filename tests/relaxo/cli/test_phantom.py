from relaxo.phantoms import CATALOGUE


def test_the_phantoms_there_are(call):
    code, out, _ = call("phantom", "list")
    assert code == 0
    assert all(name in out for name in CATALOGUE)


def test_the_shipped_phantom_is_made_again_byte_for_byte(call, phantom, tmp_path):
    code, out, err = call("phantom", "make", "gd6_plate", "--out", tmp_path / "made")
    assert code == 0, err
    assert str(tmp_path / "made") in out
    made = {path.relative_to(tmp_path / "made"): path for path in (tmp_path / "made").rglob("*") if path.is_file()}
    assert len(made) > 42
    for name, path in made.items():
        assert path.read_bytes() == (phantom / name).read_bytes(), name


def test_a_name_that_is_none(call, tmp_path):
    code, _, err = call("phantom", "make", "gd6_plat", "--out", tmp_path / "made")
    assert code == 2
    assert "gd6_plate" in err
    assert not (tmp_path / "made").exists()
