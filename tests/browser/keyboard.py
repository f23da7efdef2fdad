"""Somebody who has no mouse: everything is reached by Tab."""

import pytest

NAME = """() => {
  const one = document.activeElement;
  const [label] = one.labels || [];
  if (one === document.body) return "";
  return (label ? label.innerText : one.getAttribute("aria-label") || one.innerText).trim();
}"""
FIELD = "document.activeElement.matches('input, select, textarea')"


class Keyboard:
    """Somebody who has a keyboard alone."""

    def __init__(self, page):
        self.page = page

    def to(self, name, *, field=False):
        """Press Tab until the focus is on what begins with this name: anything, or a field."""
        for _ in range(90):
            self.page.keyboard.press("Tab")
            named = self.page.evaluate(NAME).startswith(name)
            if named and (not field or self.page.evaluate(FIELD)):
                return
        pytest.fail(f"Tab never reaches {name}")

    def write(self, name, text):
        """Replace what a field holds; links of the same name are passed over."""
        self.to(name, field=True)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)

    def tick(self, name):
        self.to(name, field=True)
        self.page.keyboard.press("Space")

    def press(self, name):
        self.to(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
