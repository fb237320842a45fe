"""The role of a named person as the article writes it, beside the name or in a sentence of its own.

Read are: words before the name ("Ozerne Mayor Anna Holt", "the ministry's spokesman, Ali Khan"), an apposition
after it ("Piet Bos, harbour master of Delft") and a predicate ("Smith is the mayor of X"). A form of
address that names no office (Mr, Dr) is no title.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from service.quotes import vocabulary
from service.quotes.mentions import ILLUSTRATING, MAX_PHRASE_TOKENS, NAME_LINKS, SUBJECTS, Mention, Words
from service.quotes.names import fold_word
from service.quotes.types import Span

_JOINS = frozenset({"ADP", "CCONJ", "DET", "PART", "PUNCT", "ADV", "NUM", "SCONJ"})
_IN_APPOSITION = frozenset({"DET", "ADJ", "NOUN", "PROPN", "ADP", "CCONJ", "PART", "NUM", "ADV"})
_AFTER = frozenset({"nmod", "amod", "compound", "det", "nummod", "case", "conj", "flat", "fixed", "punct", "advmod"})
ANYBODY = frozenset(
    {"adult", "boy", "child", "girl", "guy", "lady", "man", "person", "pensioner", "teenager", "woman", "youngster"}
)
MAX_LEAD_CHARACTERS = 120  # looked at before a title: a mark and two words
OPENS_IN_MARKS = re.compile(r"[“\"‘«„](?:[\w’'-]+ ){0,2}$")
MAX_LINEAR_TOKENS = 12  # a title before a name, when the parse does not tie it to the name


def find_titles(words: Words, mention: Mention, taken: Collection[int]) -> tuple[Span, ...]:
    """The titles at one name: before it, after it, in its predicate. ``taken`` are the token positions of all names."""
    after = tuple(span for span in _after(words, mention, taken) if span is not None) or (
        _linear_after(words, mention),
    )
    before = _before(words, mention, taken), _apposed(words, mention, taken)
    found = (*dict.fromkeys(before), *after, _predicate(words, mention, taken))
    return tuple(span for span in found if span is not None)


def _before(words: Words, mention: Mention, taken: Collection[int]) -> Span | None:
    mention = _with_its_short_form(words, mention)
    start = mention.first
    for candidate in (_phrase_start(words, mention, taken), _linear_start(words, mention, taken)):
        joined = _behind_others(words, range(_joined_start(words, candidate, taken), start))
        if candidate < start and (title := _as_title(words, list(joined))) is not None:
            return title
    return None


def _with_its_short_form(words: Words, mention: Mention) -> Mention:
    """``mention`` from where the short form of a title before it opens: "the Port Safety Officer (PSO) Luc Moreau"."""
    opening = mention.first - 3
    if opening <= words.first_of[mention.sentence] or words.tokens[mention.first - 1].text != ")":
        return mention
    bracket, noun = words.tokens[opening].text, fold_word(words.tokens[opening - 1].text)
    return replace(mention, first=opening) if bracket == "(" and vocabulary.is_role(noun) else mention


def _behind_others(words: Words, places: range) -> range:
    """The places behind the last comma that an article follows: the title of one in a list ("guests, namely the mayor,
    Ana Ruiz, the rector, Bo Lind").
    """
    commas = [at for at in places[:-1] if words.tokens[at].text == "," and words.tokens[at + 1].upos == "DET"]
    return range(commas[-1] + 1, places.stop) if commas else places


def _joined_start(words: Words, start: int, taken: Collection[int]) -> int:
    """``start``, or that of a role joined to the title that begins there: "Labour veteran and campaign chief" of one.

    With an article before it, the first is somebody else: "the mayor and police chief Luc Moreau". What one minister is
    for may be two things: "Interior and Safety Minister".
    """
    place = start - 1
    while place > 0 and words.tokens[place].upos in ("NUM", "ADJ", "NOUN", "PROPN") and place not in taken:
        place -= 1
    first = place = place if place > 0 and fold_word(words.tokens[place].text) == "and" else 0
    while place > 0 and words.tokens[place - 1].upos in ("NOUN", "PROPN", "ADJ"):
        place -= 1
    same = words.sentence_of[place] == words.sentence_of[start]
    opens = place == words.first_of[words.sentence_of[start]]
    led = not opens and words.tokens[place - 1].upos in ("DET", "PRON", "NUM", "CCONJ")
    if place == first or not same:
        return start
    if _names_role(words, first - 1):
        return start if led else place
    return place if _are_fields(words, (*range(place, first), start), taken) else start


def _are_fields(words: Words, places: Sequence[int], taken: Collection[int]) -> bool:
    """Whether words are what somebody is in charge of: capitalised, no role, no part of a name."""
    return all(
        words.tokens[place].text[:1].isupper() and not _is_office(words, place) and place not in taken
        for place in places
    )


def _apposed(words: Words, mention: Mention, taken: Collection[int]) -> Span | None:
    """A role from the words alone that the name explains between commas: "the chair of the Front, Luc Moreau,"."""
    comma, end = mention.first - 1, words.first_of[mention.sentence + 1]
    begin = words.first_of[mention.sentence]
    while comma > begin and vocabulary.is_honorific(fold_word(words.tokens[comma].text)):
        comma -= 1
    closed = mention.last + 1 < end and words.tokens[mention.last + 1].text == ","
    if comma <= begin or words.tokens[comma].text != "," or not closed:
        return None
    first = comma
    while first > max(begin, comma - MAX_PHRASE_TOKENS) and (
        words.tokens[first - 1].upos in _IN_APPOSITION or words.tokens[first - 1].text == "-"
    ):
        first -= 1
    first = _behind_others(words, range(first, comma)).start
    joint = next((at for at in range(comma - 1, first, -1) if _joins_another(words, at)), None)
    if joint is not None and any(place in taken for place in range(first, joint)):
        first = joint + 1  # "Ana Ruiz and the chair of the Front, Luc Moreau,"
    noun = next((place for place in range(first, comma) if _ends_noun_group(words, place, comma - 1)), comma - 1)
    named = any(place in taken for place in range(first, noun + 1))
    clear = first in (begin, joint and joint + 1) or words.tokens[first - 1].upos in ("PUNCT", "VERB", "AUX")
    if first == comma or named or not clear or not _names_role(words, noun):
        return None
    return _as_title(words, list(range(first, comma)))


def _joins_another(words: Words, place: int) -> bool:
    """Whether an "and" joins a phrase with an article or possessive of its own."""
    return words.tokens[place].upos == "CCONJ" and words.tokens[place + 1].upos in ("DET", "PRON")


def _phrase_start(words: Words, mention: Mention, taken: Collection[int]) -> int:
    """The first token of the words before a name that hang on it, or on the noun it hangs on."""
    root = mention.head
    for head in words.chain(mention.head):
        link = words.tokens[root].deprel
        if head >= mention.first or (link not in NAME_LINKS and link not in ("appos", "nmod:desc")):
            break
        root = head
    inside = set(words.descendants(root)) | {root}
    start = mention.first
    while start - 1 in inside and start - 1 >= mention.first - MAX_PHRASE_TOKENS:
        start -= 1
        token = words.tokens[start]
        verb = token.upos in ("VERB", "AUX", "SCONJ") and token.text != "Acting"
        if verb or token.text in '()"“”;:' or fold_word(token.text) in ILLUSTRATING:
            return start + 1
        if token.upos == "CCONJ" and words.tokens[start - 1].xpos == "NNS":
            return start + 1  # "parents and school head Luc Moreau": the parents are others
    while start < mention.first and _opens_nothing(words, start):
        start += 1
    return start


def _linear_start(words: Words, mention: Mention, taken: Collection[int]) -> int:
    """The same from the words alone: a role right before the name and the nouns and adjectives before that."""
    start = mention.first
    while start > 0 and words.sentence_of[start - 1] == words.sentence_of[mention.first]:
        token = words.tokens[start - 1]
        near = start == mention.first
        role = vocabulary.is_role(fold_word(token.text)) or vocabulary.is_honorific(fold_word(token.text))
        if (
            token.upos not in ("NOUN", "PROPN", "ADJ")
            or (near and not role)
            or mention.first - start > MAX_LINEAR_TOKENS
        ):
            break
        start -= 1
    return start


def _opens_nothing(words: Words, place: int) -> bool:
    token = words.tokens[place]
    joined = words.tokens[place + 1].text == "-"  # "seven-time champion Luc Moreau"
    return token.upos in _JOINS and not (token.upos == "NUM" and (token.text[:1].isupper() or joined))


def _after(words: Words, mention: Mention, taken: Collection[int]) -> tuple[Span | None, ...]:
    """Appositions of the name or of the noun it belongs to."""
    appositions = [
        child
        for holder in sorted({mention.head, mention.first, mention.last})
        for child in words.children[holder]
        if words.tokens[child].deprel == "appos" and child > mention.last and child not in taken
    ]
    found = [_as_title(words, _core(words, child, after=mention.last)) for child in appositions]
    return tuple(_unmarked(words, title) for title in found)


def _linear_after(words: Words, mention: Mention) -> Span | None:
    """An apposition from the words alone: what stands between commas after a name, when its noun is a role."""
    comma = mention.last + 1
    end = words.first_of[mention.sentence + 1]
    if comma >= end or words.tokens[comma].text != ",":
        return None
    last = comma
    while last + 1 < min(end, comma + MAX_PHRASE_TOKENS) and words.tokens[last + 1].upos in _IN_APPOSITION:
        last += 1
    closed = last + 1 < end and words.tokens[last + 1].upos in ("PUNCT", "PRON", "VERB")
    if (
        not closed
        or last == comma
        or words.tokens[last + 1].text not in (",", ".", ")", "who", "which", "said", "told")
    ):
        return None
    noun = next((place for place in range(comma + 1, last + 1) if _ends_noun_group(words, place, last)), last)
    return _unmarked(words, _as_title(words, list(range(comma + 1, last + 1)))) if _names_role(words, noun) else None


def _ends_noun_group(words: Words, place: int, last: int) -> bool:
    if words.tokens[place].upos not in ("NOUN", "PROPN"):
        return False
    behind = words.tokens[place + 1] if place < last else None
    goes_on = behind is not None and behind.upos == "ADJ" and behind.text[:1].isupper()  # "Police Public Relations"
    return behind is None or not (goes_on or behind.upos in ("NOUN", "PROPN", "PART"))


def _predicate(words: Words, mention: Mention, taken: Collection[int]) -> Span | None:
    noun = words.heads[mention.head]
    if noun < 0 or words.tokens[mention.head].deprel not in SUBJECTS or noun in taken:
        return None
    copulas = [child for child in words.children[noun] if words.tokens[child].deprel == "cop"]
    negated = any(fold_word(words.tokens[child].text) in ("not", "n't", "never") for child in words.children[noun])
    if not copulas or negated or not _names_role(words, noun):
        return None
    return _unmarked(words, _as_title(words, _core(words, noun, after=max(copulas))))


def _opens_in_marks(text: str, start: int) -> bool:
    return OPENS_IN_MARKS.search(text, max(0, start - MAX_LEAD_CHARACTERS), start) is not None


def _unmarked(words: Words, title: Span | None) -> Span | None:
    """``title``, but none that opens in quotation marks: what somebody calls a person (“a brave captain”)."""
    return None if title is None or _opens_in_marks(words.text, title.start) else title


def bare_description(words: Words, mention: Mention) -> Span | None:
    """A description as a title, without its article and relative clauses: "former governor" of "the former
    governor".
    """
    return (
        _as_title(words, _core(words, mention.head, after=mention.first - 1))
        if _names_role(words, mention.head)
        else None
    )


def _core(words: Words, noun: int, *, after: int) -> list[int]:
    """The noun phrase at ``noun`` without its relative clauses and appositions: one stretch, right of ``after``."""
    kept = {noun}
    for child in words.children[noun]:
        if words.tokens[child].deprel.split(":")[0] in _AFTER and child > after and not _is_anothers(words, child):
            kept.update(_plain_descendants(words, child))
    first = noun
    while first - 1 in kept and first - 1 > after:
        first -= 1
    last = noun
    while last + 1 in kept:
        last += 1
    return list(range(first, last + 1))


def _is_anothers(words: Words, place: int) -> bool:
    """Whether a joined noun is somebody by whom the first one is ("the mayor, and her deputy")."""
    owned = any(words.tokens[child].deprel == "nmod:poss" for child in words.children[place])
    return words.tokens[place].deprel == "conj" and owned


def _plain_descendants(words: Words, place: int) -> set[int]:
    found, seen = [place], {place}
    for current in found:
        for child in words.children[current]:
            relation = words.tokens[child].deprel.split(":")[0]
            if relation == "appos" and not _follows_a_mark(words, child):
                relation = "flat"  # "an owner of the firm Ostra"
            if child not in seen and relation not in ("acl", "appos", "parataxis", "advcl"):
                seen.add(child)
                found.append(child)
        if len(found) > MAX_PHRASE_TOKENS:
            break
    return seen


def _follows_a_mark(words: Words, place: int) -> bool:
    """Whether a phrase is set off from what stands before it."""
    first = min((place, *words.descendants(place)))
    return words.tokens[first].upos == "PUNCT" or words.tokens[first - 1].upos == "PUNCT"


def _names_role(words: Words, place: int) -> bool:
    word = fold_word(words.tokens[place].text)
    noun = vocabulary.person_noun(word)
    if place > 1 and words.tokens[place - 1].text == "-" and words.tokens[place - 2].upos == "NUM":
        return False  # "a 12-man crew"
    return vocabulary.is_role(word) or (noun is not None and noun.number == "singular")


def names_an_office(title: str) -> bool:
    """Whether a title tells more of somebody than whose relation they are ("mother of three", "the victim's son"), that
    they are a woman or a Swede.
    """
    head = re.split(r" (?:of|to|from|in|who) |,", title)[0]
    word = fold_word(head.split()[-1]) if head.split() else ""
    bare = " " not in head.strip() and vocabulary.place_of(word) is not None
    return not (vocabulary.is_kin(word) or word in ANYBODY or bare)


def _as_title(words: Words, places: Sequence[int]) -> Span | None:
    """The stretch without articles, bare honorifics and marks at its edges; ``None`` when no role is left in it."""
    kept = list(places)
    while kept and _opens_no_title(words, kept) and not _is_prefixed(words, kept):
        kept.pop(0)
    while kept and (_is_edge(words, kept[-1]) or _is_bare(words, kept[-1]) or _is_set_off(words, kept)):
        kept.pop()
    if not kept or len(kept) > MAX_PHRASE_TOKENS:
        return None
    if fold_word(words.tokens[kept[-1]].text) == "name":
        return None  # "gave only her first name, Ana"
    office = any(_is_office(words, place) for place in kept) or _is_one_of(words, kept)
    return words.span(kept[0], kept[-1]) if office else None


def _opens_no_title(words: Words, places: Sequence[int]) -> bool:
    """True for an article, a mark or a form of address in front, with the possessive of "His Highness"."""
    owned = len(places) > 1 and words.tokens[places[0]].xpos == "PRP$" and _is_bare(words, places[1])
    edge = _is_edge(words, places[0]) or _is_bare(words, places[0])
    return owned or edge or _leads_an_article(words, places)


def _is_prefixed(words: Words, places: Sequence[int]) -> bool:
    """True when a title begins with a word that a hyphen ties to the next: "Under-Secretary of State"."""
    joined = len(places) > 2 and words.tokens[places[1]].text in ("-", "‐", "‑")
    return joined and words.tokens[places[0]].span.end == words.tokens[places[1]].span.start


def _is_set_off(words: Words, places: Sequence[int]) -> bool:
    """True when a title ends in a form of address behind a comma: "port master of Delft, Captain"."""
    last = fold_word(words.tokens[places[-1]].text)
    return len(places) > 2 and words.tokens[places[-2]].text == "," and vocabulary.is_honorific(last)


def _is_one_of(words: Words, places: Sequence[int]) -> bool:
    """True for "one of the organisers"."""
    opening = [fold_word(words.tokens[place].text) for place in places[:2]]
    noun = vocabulary.person_noun(fold_word(words.tokens[places[-1]].text))
    return opening == ["one", "of"] and noun is not None and noun.number == "plural"


def _is_office(words: Words, place: int) -> bool:
    return _names_role(words, place) or vocabulary.is_honorific(fold_word(words.tokens[place].text))


def _is_edge(words: Words, place: int) -> bool:
    token = words.tokens[place]
    return token.upos in ("PUNCT", "DET", "CCONJ", "ADP", "SCONJ", "SYM") or not fold_word(token.text)


def _leads_an_article(words: Words, places: Sequence[int]) -> bool:
    """Whether an adverb opens a stretch before its article ("now a teacher", "previously the harbour master")."""
    first, *rest = places
    return words.tokens[first].upos == "ADV" and bool(rest) and words.tokens[rest[0]].upos == "DET"


def _is_bare(words: Words, place: int) -> bool:
    return vocabulary.is_bare_honorific(fold_word(words.tokens[place].text))
