"""Writes RSS 2.0: what each version of the programme changed, in words of one language.

An item is a version; its description is HTML, as readers of feeds expect it: each session with
its page and what changed of it. Its guid is the address of the page of changes, and the number.
"""

from collections.abc import Sequence
from datetime import UTC
from email.utils import format_datetime

from lxml import etree
from lxml.etree import SubElement
from markupsafe import Markup

from forum.core.i18n import words
from schedule.exports.shared import programme_address, said
from schedule.models import Programme
from schedule.telling import Told, differences
from schedule.texts import xml_safe


def feed(pairs: Sequence[tuple[Programme | None, Programme]], *, language: str) -> bytes:
    """Return the feed of some versions, each after the one before it, the latest first."""
    latest = pairs[0][1]
    says = words(language)
    page = programme_address(latest, "/changes")
    root = etree.Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    title = says.gettext("%(title)s: changes of the programme")
    _put(channel, "title", title % {"title": said(latest.title, latest, language)})
    _put(channel, "link", page)
    _put(channel, "description", says.gettext("What each version of the programme changed."))
    _put(channel, "language", language)
    _put(channel, "lastBuildDate", format_datetime(latest.published_at.astimezone(UTC)))
    for old, new in pairs:
        item = SubElement(channel, "item")
        heading = says.gettext("Version %(version)d") % {"version": new.version}
        _put(item, "title", f"{heading}: {new.note}" if new.note else heading)
        _put(item, "link", f"{page}#version-{new.version}")
        _put(item, "guid", f"{page}#version-{new.version}")
        _put(item, "pubDate", format_datetime(new.published_at.astimezone(UTC)))
        _put(item, "description", _html(differences(old, new, says), new.base_url))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _put(parent: "etree._Element", name: str, text: str) -> None:
    SubElement(parent, name).text = xml_safe(text)


def _html(told: Sequence[Told], base_url: str) -> str:
    items = [
        Markup('<li><a href="{}{}">{}</a>: {}</li>').format(
            base_url, one.path, one.title, " ".join(one.sentences)
        )
        for one in told
    ]
    return Markup("<ul>{}</ul>").format(Markup().join(items))
