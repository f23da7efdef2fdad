"""What the demonstration's form asks beside name and address, and what its people answer."""

from random import Random
from typing import Any

from msgspec import Struct

from forum.core.text import Text
from forum.demo.contents import both, read


class Option(Struct, frozen=True, kw_only=True):
    """An answer to choose; so many in a hundred people choose it (`share`)."""

    code: str
    label: Text
    places: int | None
    share: int


class Question(Struct, frozen=True, kw_only=True):
    """A choice that the form asks; its fields are those of `forum.questions.models.NewQuestion`."""

    code: str
    kind: str
    label: Text
    sensitive: bool
    categories: list[str]
    options: list[Option]


def questions() -> list[Question]:
    """Return what the form asks beside name and address."""
    return [
        Question(
            code=row["code"],
            kind=row["kind"],
            label=both(row["fr"], row["en"]),
            sensitive=row.get("sensitive", False),
            categories=row.get("categories", []),
            options=[
                Option(
                    code=one["code"],
                    label=both(one["fr"], one["en"]),
                    places=one.get("places"),
                    share=one["share"],
                )
                for one in row["options"]
            ],
        )
        for row in read("edition")["questions"]
    ]


class Answers:
    """Draws what people answer, apart from all else, within the places that there are."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"answers {seed}")  # noqa: S311 -- repeatable on purpose
        self._questions = questions()
        self._left = {
            (question.code, option.code): option.places
            for question in self._questions
            for option in question.options
        }

    def next(self, category: str) -> dict[str, Any]:
        """Return the answers of the next person, by question: most leave most of them out."""
        found = {}
        for question in self._questions:
            codes = [option.code for option in question.options]
            shares = [option.share for option in question.options]
            none = 100 - sum(shares)
            drawn = self._random.choices([None, *codes], weights=[none, *shares])[0]
            asked = not question.categories or category in question.categories
            left = self._left.get((question.code, drawn or ""))
            if drawn is None or not asked or left == 0:
                continue
            found[question.code] = drawn
            if left is not None:
                self._left[question.code, drawn] = left - 1
        return found
