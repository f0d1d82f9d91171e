"""`linkwell demo …`, as it is typed."""

import json

import pytest

from tests.cli.conftest import by_url, run  # noqa: F401

pytestmark = pytest.mark.fault


def test_load_sign_ins_and_truth(run, tmp_path):  # noqa: F811
    missing = run("demo", "truth")
    assert missing.returncode == 1 and "linkwell demo load" in missing.stderr
    assert "No demo scheme is loaded" in run("demo", "sign-ins").stdout

    loaded = run("demo", "load")
    assert loaded.returncode == 0, loaded.stderr
    assert "The demo scheme is loaded" in loaded.stdout and "seconds" in loaded.stdout
    again = run("demo", "load")
    assert again.returncode == 0 and "loaded already, and nothing was changed" in again.stdout

    shown = run("demo", "sign-ins").stdout
    for words in ("asha.patel@wickersea.example", "Link worker", "Team lead", "Commissioner", "/demo/"):
        assert words in shown
    assert json.loads(run("demo", "truth").stdout)["effect_at_full_dose"]["life_satisfaction"] == 0.6
    assert (tmp_path / "demo-truth.json").exists()
