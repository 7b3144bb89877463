def test_the_stacks_of_a_folder_with_their_protocol(call_json, phantom):
    found = call_json("scan", phantom)
    by_quantity = {stack["quantity"]: stack for stack in found["stacks"]}
    assert set(by_quantity) == {"T1", "T2"}
    assert by_quantity["T1"]["suffix"] == "IRT1"
    assert len(by_quantity["T1"]["TI_ms"]) == len(by_quantity["T1"]["TR_ms"]) == 10
    assert by_quantity["T2"]["TE_ms"] == [10.0 * echo for echo in range(1, 33)]
    assert by_quantity["T2"]["shape"] == [1, 128, 128]
    reasons = {entry["reason"] for entry in found["left_out"]}
    assert reasons == {"not a DICOM file"}


def test_in_words(call, phantom):
    code, out, _ = call("scan", phantom)
    assert code == 0
    for word in ("T1 by inversion recovery", "T2 by spin echoes", "10 TI", "32 TE", "1 T", "left out"):
        assert word in out


def test_a_folder_without_images(call, tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    code, _, err = call("scan", tmp_path)
    assert code == 3
    assert str(tmp_path) in err


def test_several_paths_and_a_recipe_make_one_scan(call_json, call, phantom, tmp_path):
    table = tmp_path / "times.csv"
    table.write_text("series,TI_ms\n" + "".join(f"{series},{100 * series}\n" for series in range(1, 11)))
    found = call_json("scan", phantom, table)
    (stack,) = [stack for stack in found["stacks"] if stack["quantity"] == "T1"]
    assert stack["TI_ms"] == [100.0 * series for series in range(1, 11)]
    assert stack["entered"] == {"TI": "the table times.csv"}
    assert [volume["series"] for volume in stack["volumes"]] == list(range(1, 11))
    assert "timing_entered" in {warning["code"] for warning in stack["warnings"]}
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(f"sources = [{str(phantom)!r}]\n[[timing]]\nseries = 1\nTI_ms = 7\n")
    _, out, _ = call("scan", recipe)
    assert "10 TI: 7, " in out
    assert "(from the recipe)" in out
