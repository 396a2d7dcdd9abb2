"""Print the syntax tree: one way to lay out a text, the same words, names, order and comments."""

from __future__ import annotations

from collections.abc import Iterable

from dsl.text import syntax as sx
from dsl.text.parser import quoted

WIDTH = 100
INDENT = "    "


def format_file(file: sx.File) -> str:
    """Return the text of a syntax tree; formatting it again gives the same text."""
    lines = list(file.above)
    lines.append(_with(f"{file.word} {quoted(file.title)} {{", file.beside))
    for number, statement in enumerate(file.statements):
        if statement.gap and number:
            lines.append("")
        lines.extend(_indented(statement.above))
        lines.extend(_statement(statement))
    lines.extend(_indented(file.below))
    lines.append("}")
    lines.extend(file.after)
    return "\n".join(lines) + "\n"


def format_expr(expr: sx.Expr) -> str:
    """Return the text of an expression on one line."""
    match expr:
        case sx.Number() | sx.Name() | sx.Clock() | sx.Text() | sx.Color():
            return expr.text
        case sx.Call():
            inside = ", ".join(
                (f"{argument.name}=" if argument.name else "") + format_expr(argument.value)
                for argument in expr.arguments
            )
            return f"{expr.name}({inside})"
        case sx.Unary():
            space = " " if expr.symbol.isidentifier() else ""
            return f"{expr.symbol}{space}{format_expr(expr.operand)}"
        case sx.Binary():
            return f"{format_expr(expr.left)} {expr.symbol} {format_expr(expr.right)}"
        case sx.Paren():
            return f"({format_expr(expr.inner)})"
        case sx.Shifted():
            return f"{format_expr(expr.operand)}[{format_expr(expr.bars)}]"
        case sx.Selected():
            return f"{format_expr(expr.operand)}.{expr.output}"
        case sx.Typed():
            bounds = f"({', '.join(expr.bounds)})" if expr.bounds else ""
            return f"{format_expr(expr.value)} as {expr.kind}{bounds}"
    space = " " if expr.unit.isidentifier() else ""
    return f"{format_expr(expr.value)}{space}{expr.unit}"


def format_statement(statement: sx.Statement) -> str:
    """Return the text of a statement on one line, without comments."""
    text = ""
    for part in statement.parts:
        shown = _part(part)
        tight = not text or shown in {"%", ".."} or text.endswith("..")
        text += shown if tight else f" {shown}"
    return text


def _part(part: sx.Word | sx.Signature | sx.Expr) -> str:
    if isinstance(part, sx.Word):
        return part.text
    if not isinstance(part, sx.Signature):
        return format_expr(part)
    shown = [
        p.name if p.default is None else f"{p.name} = {format_expr(p.default)}"
        for p in part.parameters
    ]
    return f"{part.name}({', '.join(shown)})"


def _statement(statement: sx.Statement) -> list[str]:
    line = format_statement(statement)
    last = statement.parts[-1]
    if len(INDENT + line) > WIDTH and isinstance(last, sx.Binary):
        terms = _terms(last)
        head = line[: len(line) - len(format_expr(last))]
        lines = [INDENT + head + terms[0], *(INDENT * 2 + term for term in terms[1:])]
    else:
        lines = [INDENT + line]
    return [*lines[:-1], _with(lines[-1], statement.beside)]


def _terms(expr: sx.Expr) -> list[str]:
    """Return the lines of a long condition, broken before its outermost `and`s or `or`s."""
    tail: list[str] = []
    outermost = expr.symbol if isinstance(expr, sx.Binary) else ""
    while isinstance(expr, sx.Binary) and expr.symbol == outermost in {"and", "or"}:
        tail.append(f"{expr.symbol} {format_expr(expr.right)}")
        expr = expr.left
    return [format_expr(expr), *reversed(tail)]


def _with(line: str, comment: str) -> str:
    return f"{line}  {comment}" if comment else line


def _indented(lines: Iterable[str]) -> list[str]:
    return [INDENT + line if line else "" for line in lines]
