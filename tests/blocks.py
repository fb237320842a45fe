"""Cases with hand-made parses: ``cases/outlets.txt`` and ``cases/platforms.txt``; the first says how they read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from parsed import find_span, make_attribution, make_speaker, read_table

from service.quotes.types import Attribution, ParsedText, Speaker

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True)
class Case:
    """One block of the table."""

    id: str
    reason: str
    statements: tuple[tuple[str, ...], ...]
    expected: tuple[tuple[str, ...], ...]
    publisher: str | None
    parsed: ParsedText


def token_line(token: str) -> str:
    form, tag, head, relation = token.rsplit("/", 3)
    glue = "~" if "~" in form else ""
    bare, _, lemma = form.replace("~", "").partition(":")
    return f"{bare or ':'}{glue} {lemma or '_'} {tag} {head} {relation}"


def _case(block: str) -> Case:
    title, *lines = block.strip().split("\n")
    name, reason = title.split(": ", 1)
    fields: dict[str, list[str]] = {"statement": [], "outlet": [], "platform": [], "publisher": [], "entity": []}
    sentences: list[str] = []
    for line in lines:
        key, _, value = line.partition(": ")
        if key in fields:
            fields[key].append(value)
        elif line == "---":
            sentences.append("---")
        else:
            sentences.append("\n".join(map(token_line, line.split())))
    entities = "".join(f"# entity {entity}\n" for entity in fields["entity"])
    table = entities + "\n\n".join(sentences)
    return Case(
        name,
        reason,
        tuple(tuple(part.strip() for part in value.split("|")) for value in fields["statement"]),
        tuple(tuple(part.strip() for part in value.split("|")) for value in fields["outlet"] + fields["platform"]),
        fields["publisher"][0] if fields["publisher"] else None,
        read_table(table),
    )


def _attribution(parsed: ParsedText, row: tuple[str, ...], number: int, after: int) -> Attribution:
    kind, content, cue, mention, *_ = row
    assert kind in ("direct", "indirect")
    previous = number - 1 if "previous" in row else None
    made = make_attribution(
        parsed, content, cue=None, mention=None, kind="direct" if kind == "direct" else "indirect", previous=previous
    )
    near = made.quotation.outer[0].start

    def nearest(words: str) -> int:
        places = [at for at in range(after, len(parsed.text)) if parsed.text.startswith(words, at)]
        return min(places, key=lambda at: abs(at - near))

    spans = {
        field: replace(find_span(parsed, words), start=(at := nearest(words)), end=at + len(words))
        for field, words in (("cue", cue), ("mention", mention))
        if words != "-"
    }
    return replace(made, cue=spans.get("cue"), mention=spans.get("mention"))


def statements_of(case: Case) -> tuple[list[Attribution], list[Speaker]]:
    attributions: list[Attribution] = []
    numbers: dict[str, int] = {}
    speakers: list[Speaker] = []
    after = 0
    for number, row in enumerate(case.statements):
        made = _attribution(case.parsed, row, number, after)
        after = made.quotation.outer[-1].end if made.cue is None else max(made.cue.end, made.quotation.outer[-1].end)
        attributions.append(made)
        name = row[4]
        person = numbers.setdefault(name, len(numbers) + 1)
        at = case.parsed.text.find(name)
        full = find_span(case.parsed, name) if at >= 0 else made.mention
        speakers.append(make_speaker(name, number=person, mention=full))
    return attributions, speakers


def read_cases(file: str) -> list[Case]:
    """The blocks of a file of cases, in file order."""
    return [_case(block) for block in (CASES / file).read_text(encoding="utf-8").split("\n## ")[1:]]
