"""A page of the documentation as one program: its Python snippets, run in their order."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any, Final

_FENCED: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_IS_FILE: Final = re.compile(r"# (\S+\.py)\n")


class Page:
    """A Markdown file. A snippet whose first line is a comment with a path is that file."""

    def __init__(self, file: Path) -> None:
        """Read the page."""
        self.text = file.read_text("utf-8")
        self._name = str(file)
        fenced = _FENCED.finditer(self.text)
        found = [(one[1], self.text.count("\n", 0, one.start(1))) for one in fenced]
        self.files = {name[1]: text for text, _ in found if (name := _IS_FILE.match(text))}
        self.snippets = [(text, line) for text, line in found if not _IS_FILE.match(text)]

    def table_rows(self, number: int = 0) -> list[list[str]]:
        """Return the cells of a table's rows, without its header."""
        tables = re.findall(r"(?:^\|.*\n)+", self.text, re.MULTILINE)
        rows = tables[number].splitlines()[2:]
        return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]

    async def run(self, number: int, namespace: dict[str, Any], **replaced: str) -> None:
        """Execute a snippet; `await` is allowed in it as in an interactive session.

        An error's traceback names the line of the page.
        """
        text, line = self.snippets[number]
        for old, new in replaced.items():
            text = text.replace(old, new)
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile("\n" * line + text, self._name, "exec", flags=flags, dont_inherit=True)
        if inspect.iscoroutine(result := eval(code, namespace)):
            await result
