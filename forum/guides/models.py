"""What a guide is."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from forum.core.errors import Problem
from forum.core.text import Text

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(?!\n)$", max_length=80)]
Url = Annotated[str, Meta(pattern=r"^https?://[^\s<>\"]+(?!\n)$", max_length=2000)]
MOST_BYTES = 50_000_000


class GuideKind(StrEnum):
    """A document kept here, or a link to another site."""

    PDF = "pdf"
    LINK = "link"


class NotAPdf(Problem):
    """This file is no PDF: save the document as PDF, then send it again."""

    code = "not_a_pdf"
    status = 422


class GuideTooLarge(Problem):
    """This file is larger than 50 MB: make it smaller."""

    code = "guide_too_large"
    status = 413


class GuideNotFound(Problem):
    """There is no guide at this address."""

    code = "guide_not_found"
    status = 404


class GuideSlugTaken(Problem):
    """A guide has this name already: choose another."""

    code = "guide_slug_taken"


class NewLink(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A useful link to publish."""

    title: Text
    url: Url
    description: Text = {}
    slug: Slug | None = None


class NewDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a PDF is called; `file` is its name in the folder that is imported."""

    file: str
    title: Text
    description: Text = {}
    slug: Slug | None = None


class Guide(Struct, frozen=True, kw_only=True):
    """A published guide; `size_bytes`, `file_name` and `file_digest` are a document's only."""

    id: UUID
    slug: str
    kind: GuideKind
    title: Text
    description: Text
    url: str | None
    file_digest: str | None
    file_name: str | None
    size_bytes: int | None


class PublicGuide(Struct, frozen=True, kw_only=True):
    """A guide as the API tells it; `url` is the link, or where the document is downloaded."""

    slug: str
    kind: GuideKind
    title: Text
    description: Text
    url: str
    size_bytes: int | None
