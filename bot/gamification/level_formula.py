"""Safe level formula: the level by `total_earned`, as an admin may write it.

`simpleeval` evaluates; what it may meet is decided here, before it sees anything: numbers,
`total_earned`, `+ - * / // %`, parentheses and six functions.
"""

import ast
import math
import operator
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from simpleeval import SimpleEval

from bot.errors import BesitosError

MAX_LENGTH: Final = 200
MAX_DEPTH: Final = 20
#: Levels are stored in 32 bits.
MAX_LEVEL: Final = 2_147_483_647
#: The formula must hold up to here (besitos ever earned by one member).
MAX_TOTAL_EARNED: Final = 10**12

FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
    "log": math.log,
    "min": min,
    "max": max,
}
OPERATORS: Final[dict[type[ast.AST], Callable[..., Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}


class FormulaProblem(StrEnum):
    """What can be wrong with a level formula."""

    LENGTH = "length"
    SYNTAX = "syntax"
    DEPTH = "depth"
    FORBIDDEN = "forbidden"
    UNDEFINED = "undefined"
    FALLING = "falling"


class FormulaError(BesitosError):
    """A level formula that is unsafe, fails for some members or would take levels away.

    `problem` and `details` say the same as the sentence, for other languages.
    """

    def __init__(self, reason: str, problem: FormulaProblem, **details: object) -> None:
        """Say the reason."""
        super().__init__(reason)
        self.problem = problem
        self.details = details


class LevelFormula:
    """A formula that is safe and, wherever it was tried, from 0 besitos on, defined and rising."""

    def __init__(self, text: str) -> None:
        """Parse and try out `text`.

        Raises `FormulaError` with the reason.
        """
        self.text = text
        self._expression = _parse(text)
        self._evaluator = SimpleEval(operators=OPERATORS, functions=FUNCTIONS)
        for (lower, before), (higher, after) in pairwise((n, self._value(n)) for n in _samples()):
            if after < before:
                raise FormulaError(
                    f"The level formula {text!r} falls from {before} at {lower} besitos to "
                    f"{after} at {higher}; write one that never falls.",
                    FormulaProblem.FALLING,
                    before=before,
                    lower=lower,
                    after=after,
                    higher=higher,
                )

    def level(self, total_earned: int) -> int:
        """Return the level of a member who has earned `total_earned` besitos in all, at least 1.

        Trying out cannot find every hole, such as a division by zero at one odd total. In one,
        the level of the next total below that was tried holds: no payment must fail for a level.
        """
        try:
            value = self._value(total_earned)
        except FormulaError:
            value = self._value(max(total for total in _samples() if total <= total_earned))
        return min(max(value, 1), MAX_LEVEL)

    def _value(self, total_earned: int) -> int:
        self._evaluator.names = {"total_earned": total_earned}
        try:
            value: float = self._evaluator.eval(self.text, previously_parsed=self._expression)
            return math.floor(value)
        except (ArithmeticError, TypeError, ValueError) as error:
            raise FormulaError(
                f"The level formula {self.text!r} has no value at {total_earned} besitos "
                f"({error}); write one that is defined from 0 on.",
                FormulaProblem.UNDEFINED,
                total=total_earned,
            ) from error

    def next_threshold(self, total_earned: int) -> int | None:
        """Return the least total with a higher level; None when there is none in reach."""
        here = self.level(total_earned)
        low, high = total_earned, total_earned + 1
        while self.level(high) == here:
            if high >= MAX_TOTAL_EARNED:
                return None
            low, high = high, min(high * 2, MAX_TOTAL_EARNED)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.level(middle) == here else (low, middle)
        return high

    def threshold(self, level: int) -> int:
        """Return the least total that gives at least `level`; 0 for level 1."""
        low, high = -1, MAX_TOTAL_EARNED
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.level(middle) < level else (low, middle)
        return high


def _parse(text: str) -> ast.expr:
    if not text.strip() or len(text) > MAX_LENGTH:
        raise FormulaError(
            f"A level formula has 1 to {MAX_LENGTH} characters; this has not.",
            FormulaProblem.LENGTH,
            longest=MAX_LENGTH,
        )
    try:
        expression = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError(
            f"The level formula {text!r} is not an expression; check its parentheses and "
            "operators.",
            FormulaProblem.SYNTAX,
        ) from None
    _check(expression, text, depth=1)
    return expression


def _check(node: ast.expr, text: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise FormulaError(
            f"The level formula is nested deeper than {MAX_DEPTH}; simplify it.",
            FormulaProblem.DEPTH,
        )
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return
        case ast.Name(id="total_earned"):
            return
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            operands = [left, right]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            operands = [operand]
        case ast.Call(func=ast.Name(id=name), args=operands, keywords=[]) if name in FUNCTIONS:
            pass
        case _:
            raise FormulaError(
                f"The level formula {text!r} may not use {ast.unparse(node)!r}; use numbers, "
                "total_earned, + - * / // %, parentheses and floor, ceil, sqrt, log, min, max.",
                FormulaProblem.FORBIDDEN,
                part=ast.unparse(node),
            )
    for operand in operands:
        _check(operand, text, depth + 1)


def _samples() -> Iterator[int]:
    """Totals that a falling formula would betray itself at: all small ones, then round ones."""
    yield from range(101)
    step = 10
    while step * 100 <= MAX_TOTAL_EARNED:
        for round_number in range(11 * step, 101 * step, step):
            yield from (round_number - 1, round_number)
        step *= 10
