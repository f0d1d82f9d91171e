"""The demo scheme in a database (EV15, UX4)."""


def test_it_loads(loaded):
    print(loaded.result)
