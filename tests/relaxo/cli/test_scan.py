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
