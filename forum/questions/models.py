"""What a question is, what it may be answered, and what becomes of an answer."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from forum.core.errors import Invalid, Problem
from forum.core.text import Text
from forum.editions.models import Code, PublicEdition

Bound = Annotated[int, Meta(ge=-1_000_000_000, le=1_000_000_000)]
OptionPlaces = Annotated[int, Meta(ge=0, le=1_000_000)]

LONGEST_TEXT = 200
LONGEST_LONG_TEXT = 4000
LONGEST_LABEL = 300
MOST_BYTES = 5_000_000
"""The most bytes of a form's files together."""
LARGEST_FORM = 7_000_000
"""The largest body of a form that may bring files, as multipart or as base64 in JSON."""
MOST_QUESTIONS = 60
MOST_OPTIONS = 40


class Kind(StrEnum):
    """What kind of answer a question wants."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"
    FILE = "file"


WITH_OPTIONS = frozenset({Kind.CHOICE, Kind.CHOICES})
CAN_DECIDE = WITH_OPTIONS | {Kind.YES_NO}
"""The kinds on whose answers another question may depend."""
YES, NO = "yes", "no"


class QuestionInvalid(Invalid):
    """The question's description has mistakes."""

    code = "question_invalid"


class QuestionNotFound(Problem):
    """There is no such question."""

    code = "question_not_found"
    status = 404


class QuestionCodeTaken(Invalid):
    """A question has this code already: choose another."""

    code = "question_code_taken"


class QuestionAnswered(Problem):
    """This question has answers: retire it instead of deleting it."""

    code = "question_answered"


class QuestionNeeded(Problem):
    """Another question depends on this one: change that one first."""

    code = "question_needed"


class OptionFull(Invalid):
    """The last place of this answer has just been taken: choose another answer."""

    code = "option_full"
    status = 409


class FileNotFound(Problem):
    """There is no such file."""

    code = "file_not_found"
    status = 404


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question is shown only when `question`, asked before it, has one of `answers`.

    An answer is the code of an option, or `yes` or `no`.
    """

    question: Code
    answers: Annotated[list[Code], Meta(min_length=1)]


class NewOption(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer to choose; `places` None: as many as like may choose it."""

    code: Code
    label: Text
    places: OptionPlaces | None = None
    open: bool = True


class NewQuestion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question to ask, as an organiser or a TOML file describes it.

    `categories` empty: all are asked. `sensitive`: the answers (diet, access) are kept apart and
    read by few. `least` and `most` bound a number.
    """

    code: Code
    kind: Kind
    label: Text
    help: Text = {}
    required: bool = False
    sensitive: bool = False
    categories: list[Code] = []
    condition: Condition | None = None
    options: list[NewOption] = []
    least: Bound | None = None
    most: Bound | None = None


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The questions of an edition, as a TOML file describes them."""

    questions: list[NewQuestion] = []


class Option(Struct, frozen=True, kw_only=True):
    """An answer to choose, and how many hold a place of it."""

    code: str
    label: Text
    open: bool
    places: int | None
    taken: int

    @property
    def places_left(self) -> int | None:
        """How many places are left; None when there is no limit."""
        return None if self.places is None else max(0, self.places - self.taken)

    @property
    def full(self) -> bool:
        """Whether nobody else may choose it."""
        return not self.open or self.places_left == 0


class Question(Struct, frozen=True, kw_only=True):
    """A question as it is stored; `retired_at` says since when it is no longer asked."""

    code: str
    kind: Kind
    label: Text
    help: Text
    required: bool
    sensitive: bool
    categories: list[str]
    condition: Condition | None
    options: list[Option]
    least: int | None
    most: int | None
    retired_at: datetime | None

    @property
    def field(self) -> str:
        """The name of its field in a form."""
        return f"answers.{self.code}"


class Upload(Struct, frozen=True, kw_only=True):
    """A file as it was sent."""

    name: str
    content: bytes


class File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is stored of a file as an answer; its content lies under `digest` (SHA-256)."""

    name: str
    media_type: str
    size_bytes: int
    digest: str


class Held(Struct, frozen=True, kw_only=True, order=True):
    """A place of an option that a registration holds."""

    question: str
    option: str


class StoredAnswer(Struct, frozen=True, kw_only=True):
    """One answer of one registration."""

    registration_id: UUID
    question: str
    value: Any


class AnswerCount(Struct, frozen=True, kw_only=True):
    """How many registrations that stand gave an answer: an option's code, `yes`, or `no`."""

    question: str
    answer: str
    count: int


class PublicOption(Struct, frozen=True, kw_only=True):
    """An answer to choose, as the API tells it."""

    code: str
    label: Text
    open: bool
    places_left: int | None


class PublicQuestion(Struct, frozen=True, kw_only=True):
    """A question as the API tells it; `categories` empty: all are asked."""

    code: str
    kind: Kind
    label: Text
    help: Text
    required: bool
    sensitive: bool
    categories: list[str]
    condition: Condition | None
    options: list[PublicOption]
    least: int | None
    most: int | None


class AskingEdition(PublicEdition, frozen=True, kw_only=True):
    """An edition as the API tells it, with what it asks."""

    questions: list[PublicQuestion]
