import pytest

from harness import BINARY, Reader, Stage


def pytest_sessionstart(session):
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is not built; deploy/test builds it", returncode=2)


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def reader(stage):
    reader = Reader(stage)
    yield reader
    reader.close()


@pytest.fixture
def make_reader():
    """Readers of stages that a test makes itself."""
    made = []

    def make(stage):
        made.append(Reader(stage))
        return made[-1]

    yield make
    for reader in made:
        reader.close()
