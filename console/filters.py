"""The filter language of `/`, of `:` and of the command line's `-f`.

    filter = and { "|" and } ;  and = term { " " term } ;  term = ["!"] ( word | field op value | "(" filter ")" ) ;
    op = ":" (contains, or glob with * ?) | "=" | "!=" | ">" | ">=" | "<" | "<=" | "~" (regular expression)
    value = text | "quoted text" | number [k|M|G|%|ms|s|m|h]

An unknown field is an error that names the nearest one, never a silent empty list.
"""

from __future__ import annotations

import difflib
import fnmatch
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as own
from typing import Any, Final, Literal

Predicate = Callable[[Any], bool]
MAX_LENGTH: Final = 400


@dataclass(frozen=True, slots=True)
class Field:
    """A word of the language. `get` gives text or a number of a row."""

    name: str
    get: Callable[[Any], Any]
    kind: Literal["text", "number"] = "text"
    shown: Mapping[str, str] = own(default_factory=dict)
    """What the screen says, in either language, and the value that it stands for."""


FLAGS: Final = frozenset({"muted", "speaking", "screen", "hidden", "host"})
"""Fields that say yes or no."""


class Fields(dict[str, Field]):
    """The words of one table. `hay`: of a row, the texts in which a bare word is looked for, one a line; it need not
    ask every field, and is asked for every row."""

    def __init__(self, fields: Iterable[Field] = (), hay: Callable[[Any], str] | None = None) -> None:
        super().__init__((field.name, field) for field in fields)
        gets = [field.get for field in fields if field.kind == "text" and field.name not in FLAGS]
        self.hay = hay or (lambda row: "\n".join(str(get(row)) for get in gets))


class FilterError(ValueError):
    """`word`: an i18n key; `values`: for its sentence."""

    def __init__(self, word: str, **values: str) -> None:
        super().__init__(f"{word} {values}")
        self.word = word
        self.values = values


_TOKEN: Final = re.compile(
    r"\s*(?:(?P<bracket>[()|!])"
    r"|(?P<field>[a-zA-Z_]\w*)(?P<op>!=|>=|<=|[:=><~])(?P<value>\"[^\"]*\"|[^\s()|]*)"
    r"|(?P<word>\"[^\"]*\"|[^\s()|!][^\s()|]*))"
)
_NUMBER: Final = re.compile(r"(-?\d+(?:[.,]\d+)?)(k|M|G|%|ms|s|m|h)?")
_UNITS: Final = {
    None: 1.0,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "%": 1.0,
    "ms": 1.0,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
_NUMBERS: Final[dict[str, Callable[[Callable[[Any], Any], float], Predicate]]] = {
    "=": lambda get, number: lambda row: bool(get(row) == number),
    "!=": lambda get, number: lambda row: bool(get(row) != number),
    ">": lambda get, number: lambda row: get(row) > number,
    ">=": lambda get, number: lambda row: get(row) >= number,
    "<": lambda get, number: lambda row: get(row) < number,
    "<=": lambda get, number: lambda row: get(row) <= number,
}
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_TRUE: Final = {"yes", "true", "on", "oui", "1"}


def compile_filter(source: str, fields: Fields) -> Predicate | None:
    """A predicate over rows; None when `source` says nothing. Raises FilterError."""
    if not source.strip():
        return None
    if len(source) > MAX_LENGTH:
        raise FilterError("filter.too_long", limit=str(MAX_LENGTH))
    parser = _Parser(source, fields)
    predicate = parser.alternatives()
    if parser.peek() is not None:
        raise FilterError("filter.bracket")
    return predicate


class _Parser:
    def __init__(self, source: str, fields: Fields) -> None:
        self._tokens = list(_tokens(source))
        self._at = 0
        self._fields = fields

    def peek(self) -> re.Match[str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _bracket(self) -> str:
        token = self.peek()
        return (token["bracket"] or "") if token else ""

    def alternatives(self) -> Predicate:
        options = [self._all()]
        while self._bracket() == "|":
            self._at += 1
            options.append(self._all())
        if len(options) == 1:
            return options[0]
        return lambda row: any(option(row) for option in options)

    def _all(self) -> Predicate:
        terms: list[Predicate] = []
        while self.peek() is not None and self._bracket() not in ("|", ")"):
            terms.append(self._term())
        if not terms:
            raise FilterError("filter.empty_side")
        if len(terms) == 1:
            return terms[0]
        if len(terms) == 2:
            first, second = terms
            return lambda row: first(row) and second(row)
        return lambda row: all(term(row) for term in terms)

    def _term(self) -> Predicate:
        token = self.peek()
        if token is None:
            raise FilterError("filter.empty_side")
        self._at += 1
        match token["bracket"]:
            case "!":
                inner = self._term()
                return lambda row: not inner(row)
            case "(":
                inner = self.alternatives()
                if self._bracket() != ")":
                    raise FilterError("filter.bracket")
                self._at += 1
                return inner
            case None:
                pass
            case _:
                raise FilterError("filter.bracket")
        if token["field"]:
            field, value = find_field(token["field"], self._fields), token["value"].strip('"')
            return _compare(field, token["op"], field.shown.get(value.casefold(), value))
        return _word(token["word"].strip('"'), self._fields)


def _tokens(source: str) -> list[re.Match[str]]:
    tokens, at = [], 0
    source = source.rstrip()
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise FilterError("filter.syntax", text=source[at : at + 12])
        tokens.append(match)
        at = match.end()
    return tokens


def find_field(name: str, fields: Fields) -> Field:
    field = fields.get(name.lower())
    if field is None:
        near = difflib.get_close_matches(name.lower(), list(fields), n=1, cutoff=0.0)
        raise FilterError("filter.unknown_field", field=name, near=near[0] if near else "")
    return field


def _word(word: str, fields: Fields) -> Predicate:
    """A bare word: in any text field. `muted`, `speaking` … that name a yes/no field ask for yes."""
    flag = fields.get(word.lower())
    if flag is not None and flag.kind == "text" and word.lower() in FLAGS:
        return lambda row: str(flag.get(row)) == "yes"
    hay, wanted = fields.hay, word.casefold()
    if "*" in wanted or "?" in wanted:
        test = _text_test(word)
        return lambda row: any(test(text) for text in hay(row).casefold().split("\n"))
    return lambda row: wanted in hay(row).casefold()


def _text_test(wanted: str) -> Callable[[str], bool]:
    wanted = wanted.casefold()
    if "*" in wanted or "?" in wanted:
        pattern = re.compile(fnmatch.translate(wanted))
        return lambda text: pattern.match(text) is not None
    return lambda text: wanted in text


def _compare(field: Field, op: str, value: str) -> Predicate:
    get = field.get
    if op == "~":
        try:
            pattern = re.compile(value, re.IGNORECASE)
        except re.error as error:
            raise FilterError("filter.regex", text=str(error)) from None
        return lambda row: pattern.search(str(get(row))) is not None
    if field.kind == "number":
        return _NUMBERS["=" if op == ":" else op](get, parse_number(value, field.name))
    if field.name in FLAGS and op in (":", "=", "!="):
        yes = (value.lower() in _TRUE) is (op != "!=")
        return lambda row: (str(get(row)) == "yes") is yes
    if op == ":":
        test = _text_test(value)
        return lambda row: test(str(get(row)).casefold())
    folded = value.casefold()
    compare = _COMPARE[op]
    return lambda row: compare(str(get(row)).casefold(), folded)


def parse_number(value: str, field: str) -> float:
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise FilterError("filter.number", field=field, text=value)
    return float(match[1].replace(",", ".")) * _UNITS[match[2]]
