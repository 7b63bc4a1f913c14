"""Generated clients have none of the known faults, and each is found in a client that has it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients import generate, tools, traps
from tests.clients.schemas import Description
from tests.product import made_once, shared_folder

pytestmark = pytest.mark.clients
FAULTY = tools.HERE / "faulty.yaml"
Trap = Callable[[Path, Description], list[str]]


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clients of a description that has every fault, generated without the option for values of later versions."""

    def make(folder: Path) -> None:
        generate.generate(FAULTY, folder, options={"enumUnknownDefaultCase": False})

    return made_once(shared_folder(tmp_path_factory), "faulty", make)


@pytest.mark.parametrize("trap", traps.TRAPS)
def test_no_client_has_the_fault(trap: Trap, generated: Path) -> None:
    assert trap(generated, Description(generate.DOCUMENT)) == []


@pytest.mark.parametrize(
    ("trap", "sentences"),
    [
        (traps.renamed, {"typescript has no type File.", "kotlin has no type File.", "swift has no type Progress."}),
        (traps.taken, {"File is a type of dart.", "Progress is a type of swift.", "Success is a type of kotlin."}),
        (traps.nameless, {"swift: Blank", "dart: blank", "kotlin: Blank"}),
        (traps.untyped, {"swift: anything", "dart: anything", "kotlin: anything"}),
        (traps.times_as_text, {"swift: startedAt", "dart: startedAt", "kotlin: startedAt"}),
        (traps.too_small, {"swift: milliseconds", "kotlin: milliseconds"}),
        (traps.uploads_as_text, {"swift: ", "dart: ", "kotlin: "}),
        (traps.refuses_unknown_values, {"swift: Colour", "dart: Colour", "kotlin: Colour"}),
        (traps.one_of_several, {"Either requires"}),
        (traps.empty, {"swift: "}),
    ],
)
def test_the_fault_is_found_where_it_is(trap: Trap, sentences: set[str], faulty: Path) -> None:
    found = trap(faulty, Description(FAULTY))
    for words in sentences:
        subject, _, rest = words.partition(": ")
        assert [each for each in found if each.startswith(subject) and rest in each], (words, found)
