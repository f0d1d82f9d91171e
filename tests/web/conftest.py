from tests.web.show import show  # noqa: F401  the fixture
