"""On which platform a statement was posted: its verb, the post its sentence names, or an embedded post's signature."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from service.quotes import lexicon
from service.quotes.phrases import distance_to_cue, phrase_head, says
from service.quotes.trees import Trees
from service.quotes.types import Attribution, ParsedText, Span


@dataclass(frozen=True, slots=True)
class _Post:
    """A stretch that says words were posted on a platform."""

    span: Span
    platform: str


POSTED_ON = r"(?:on|to|via|in|over|using|through)"
POSTED = r"(?:posted|posts|post|wrote|writes|writing|shared|shares|uploaded|commented|streamed|livestreamed|blogged)"
# What may stand between the preposition and the platform's name.
OWNERS = (
    "the|his|her|its|their|a|an|official|own|personal|social|media|platform|platforms|network|app|site|service|messaging"
    "|website|verified|now-deleted|microblogging"
)
# "a tearful TikTok": what is posted there, by the platform's own name.
A_POST = (
    r"\b(?:[Ii]n|[Ww]ith|via|[Tt]hrough|shared|posted) (?:an?|another|one|his|her|their|the) (?:[a-z-]+ ){{0,2}}"
    r"(?P<name>{names})s?\b(?=[,.;:!?”\"]| (?:posted|shared|uploaded|published|on|about|that|from|to|this|last|in)\b)"
)
# What takes up a post told of before: "she captioned the post", "he wrote in a follow-up story".
TAKEN_UP = re.compile(
    r"\b(?:(?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Tt]hat|[Tt]his|[Aa] (?:second|third|later|follow-?up|separate|subsequent))"
    r" (?:[a-z-]+ )?(?:post|caption|clip|video|thread|reel|[Ss]tory|livestream|stream)|captioned|captioning)\b"
)
MAX_PARAGRAPHS_TO_A_POST = 2  # from the last that named the platform to what takes the post up
EMBEDDED = re.compile(r"\s*[—–-]{1,2} ?[^\n(]{1,60}\(@\w{1,20}\)")
# The platform was renamed on 23 July 2023.
X_DATE = re.compile(
    r"\b(?:(?:July (?:2[3-9]|3[01])|(?:August|September|October|November|December) \d{1,2}), 2023"
    r"|20(?:2[4-9]|[3-9]\d))\b"
)


@cache
def _platform_forms() -> tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str], frozenset[str]]:
    """Names, posted things and verbs to platforms (things and verbs in lower case), and the ambiguous names."""
    names: dict[str, str] = {}
    nouns: dict[str, str] = {}
    verbs: dict[str, str] = {}
    for platform in lexicon.platforms():
        names.update(dict.fromkeys((platform.name, *platform.aliases), platform.name))
        nouns.update({noun.lower(): platform.name for noun in platform.nouns})
        verbs.update(dict.fromkeys(platform.verbs, platform.name))
    return names, nouns, verbs, frozenset(p.name for p in lexicon.platforms() if p.ambiguous)


def _alternatives(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: -len(word)))


@cache
def _post_patterns() -> tuple[re.Pattern[str], ...]:
    """Things posted that one platform has a word for ("a tweet"), things that any has ("a TikTok livestream", "a
    TikTok"), and names after a preposition ("on Telegram", "on his Telegram channel", "posted on Threads").
    """
    names, nouns, _, ambiguous = _platform_forms()
    named = _alternatives(list(names))
    things = re.compile(rf"\b(?:{_alternatives(list(nouns))})s?\b", re.IGNORECASE)
    posts = _alternatives(sorted(lexicon.carrying_words("post")))
    where = rf"(?P<posted>\b{POSTED} )?\b{POSTED_ON} (?:(?:{OWNERS}|[\w’']+[’']s) ){{0,5}}(?P<name>{named})\b"
    own = _alternatives([name for name, platform in names.items() if platform not in ambiguous])
    of_any = rf"\b(?P<name>{named}) (?:{posts})s?\b"
    return things, re.compile(of_any), re.compile(A_POST.format(names=own)), re.compile(where)


def _find_posts(text: str) -> tuple[_Post, ...]:
    """Where a text says that something was posted, in text order."""
    names, nouns, _, ambiguous = _platform_forms()
    things, *posts, where = _post_patterns()
    found: list[_Post] = []
    for match in things.finditer(text):
        word = match.group().lower()
        platform = nouns.get(word) or nouns.get(word.removesuffix("s"))
        if platform and (platform not in ambiguous or match.group()[0].isupper()):
            found.append(_Post(Span(match.start(), match.end()), platform))
    for pattern in posts:
        found.extend(_Post(Span(match.start(), match.end()), names[match["name"]]) for match in pattern.finditer(text))
    for match in where.finditer(text):
        platform = names[match["name"]]
        wary = platform in ambiguous and platform != "X" and not match["posted"]
        if not wary and not (platform == "X" and re.match(r"[-\w’']", text[match.end() : match.end() + 1])):
            found.append(_Post(Span(match.start(), match.end()), platform))
    return tuple(sorted(found, key=lambda post: post.span))


def _is_posting(trees: Trees, post: _Post, attribution: Attribution) -> bool:
    """True when a post is where the statement was made, not who it was made to or what it is about."""
    words = list(trees.words_in(post.span))
    if not words:
        return False
    if attribution.mention is not None and attribution.mention.contains(post.span):
        return words[-1].token.upos != "PROPN"
    top = phrase_head(trees, words[-1]).token
    return not (top.deprel.startswith("nsubj") and top.upos == "PROPN")


def _platform(
    parsed: ParsedText, trees: Trees, posts: Sequence[_Post], starts: Sequence[int], attribution: Attribution
) -> str | None:
    """The platform of one statement: its verb, the post its sentence names, or the signature of an embedded post."""
    text, cue = parsed.text, attribution.cue
    end = attribution.quotation.outer[-1].end
    # The links that trail a tweet's words stand between them and the signature, whose name is the source.
    tweeted = attribution.rule == "tweet" and attribution.mention is not None
    signature = None if tweeted else EMBEDDED.match(text, end)
    if tweeted or signature:
        after = attribution.mention.end if attribution.mention and tweeted else signature.end() if signature else end
        line = text[after : after + 60].split("\n")[0]
        return "X" if X_DATE.search(line) else "Twitter"
    if cue is None:
        lead = attribution.mention if attribution.rule == "colon" else None
        return _in_its_sentence(trees, posts, starts, attribution, lead) if lead is not None else None
    verbs = _platform_forms()[2]
    verb = next((verbs[w.token.lemma] for w in trees.words_in(cue) if w.token.lemma in verbs), None)
    if verb:
        return verb
    sentence = trees.sentence_at(cue.start)
    if sentence is None:
        return None
    before = posts[: bisect_left(starts, sentence.span.start)]
    return _in_its_sentence(trees, posts, starts, attribution, cue) or _taken_up(
        parsed, before, attribution, sentence.span
    )


def _in_its_sentence(
    trees: Trees, posts: Sequence[_Post], starts: Sequence[int], attribution: Attribution, place: Span
) -> str | None:
    """The platform that the sentence of a statement's cue, or of the name before its colon, says it was posted on."""
    sentence = trees.sentence_at(place.start)
    if sentence is None:
        return None
    near = posts[bisect_left(starts, sentence.span.start) : bisect_left(starts, sentence.span.end)]
    outside = [p for p in near if not says(attribution, p.span) and _is_posting(trees, p, attribution)]
    best = min(outside, key=lambda post: distance_to_cue(attribution, post.span), default=None)
    return best.platform if best is not None else None


def _taken_up(parsed: ParsedText, before: Sequence[_Post], attribution: Attribution, sentence: Span) -> str | None:
    """The platform last named ``before`` a sentence that takes up what was posted: "she captioned the post"."""
    if not before:
        return None
    again = TAKEN_UP.finditer(parsed.text, sentence.start, sentence.end)
    if all(says(attribution, Span(match.start(), match.end())) for match in again):
        return None
    last = before[-1]
    between = sum(last.span.end <= paragraph.start <= sentence.start for paragraph in parsed.paragraphs)
    return last.platform if between <= MAX_PARAGRAPHS_TO_A_POST else None


def name_platforms(parsed: ParsedText, attributions: Sequence[Attribution]) -> tuple[str | None, ...]:
    """Where each statement was posted ("Telegram", "Twitter"), in the order of ``attributions``; ``None`` for nowhere.

    A continuation has the platform of what it continues. Example: "The bridge is shut, he wrote on Telegram." gives
    "Telegram".
    """
    trees = Trees(parsed)
    posts = _find_posts(parsed.text)
    starts = [post.span.start for post in posts]
    found: list[str | None] = []
    for attribution in attributions:
        platform = _platform(parsed, trees, posts, starts, attribution)
        if platform is None and attribution.previous is not None and attribution.cue is None:
            platform = found[attribution.previous]
        found.append(platform)
    return tuple(found)
