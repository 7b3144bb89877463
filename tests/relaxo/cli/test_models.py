from relaxo.models import CATALOGUE


def test_every_model_with_its_equation_and_reference(call, call_json):
    models = call_json("models")
    assert [model["name"] for model in models] == list(CATALOGUE)
    code, out, _ = call("models")
    assert code == 0
    for model in CATALOGUE.values():
        assert model.name in out
        assert model.equation in out
