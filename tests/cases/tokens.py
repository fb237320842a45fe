"""Sentences and words of our own, the marks of newswire in them: name, text, expected lines of words, reason."""

from __future__ import annotations

SENTENCES = [
    (
        "headline_date",
        "Two bridges reopen after flood Sunday, May 6, 2007",
        "Two bridges reopen after flood\nSunday , May 6 , 2007",
        "a headline and the line of its date in one paragraph",
    ),
    (
        "date_story",
        "Sunday, May 6, 2007 Harbour pilots met the minister. They left early.",
        "Sunday , May 6 , 2007\nHarbour pilots met the minister .\nThey left early .",
        "the line of a date and the story behind it in one paragraph",
    ),
    (
        "number_sign",
        "They sit for constituency no. 3, which holds the port.",
        "They sit for constituency no . 3 , which holds the port .",
        "the number sign in lower case ends no sentence",
    ),
    (
        "degrees",
        "The lake fell to 3 ° C there. It froze.",
        "The lake fell to 3 ° C there .\nIt froze .",
        "the sign of degrees is no picture that ends a sentence",
    ),
    (
        "a_plain_no",
        "The answer is no. She left.",
        "The answer is no .\nShe left .",
        "a plain no does",
    ),
    (
        "credit",
        "The pilots at the harbour gate Image: Ana Ruiz.",
        "The pilots at the harbour gate\nImage : Ana Ruiz .",
        "the credit behind the caption of a picture",
    ),
    (
        "notes",
        "The harbour froze twice that year. [3] [4] [5] [6] Ships waited.",
        "The harbour froze twice that year . [ 3 ] [ 4 ] [ 5 ] [ 6 ]\nShips waited .",
        "note numbers behind a full stop belong to the sentence before",
    ),
    (
        "ranks",
        "Gov. Dana Whitfield said Sgt. Maj. Tom Ruiz wouldn’t go. “It isn’t Kyiv’s fault,” she told Reuters.",
        "Gov. Dana Whitfield said Sgt. Maj. Tom Ruiz would n’t go .\n“ It is n’t Kyiv ’s fault , ” she told Reuters .",
        "titles keep their full stop and end nothing; contractions and possessives are two words",
    ),
    (
        "glued",
        "The fund now holds £5 million.Then it stopped. He paid $3.5m.",
        "The fund now holds £ 5 million .\nThen it stopped .\nHe paid $ 3.5 m .",
        "no space behind the full stop",
    ),
    (
        "glued quotation",
        "“The deal is done.”Then they left.",
        "“ The deal is done . ”\nThen they left .",
        "no space behind a closed quotation",
    ),
    (
        "ellipsis",
        "“They can’t make us leave… We’re home!” Then silence.",
        "“ They ca n’t make us leave …\nWe ’re home ! ”\nThen silence .",
        "an ellipsis before a capital ends a sentence, the quotation mark stays with it",
    ),
    (
        "questions",
        "“Is that all?” asked Rep. Lee. Really?! “No,” he said.",
        "“ Is that all ? ” asked Rep. Lee .\nReally ?!\n“ No , ” he said .",
        "a question mark inside a quotation before its attribution ends nothing",
    ),
    (
        "straight marks",
        'He said: "I don\'t know. Ask him." She didn\'t.',
        'He said : " I do n\'t know .\nAsk him . "\nShe did n\'t .',
        "straight marks, two sentences in one quotation",
    ),
    (
        "single marks",
        "‘No,’ said Mr. O’Brien. 'I cannot say more,' he added.",
        "‘ No , ’ said Mr. O’Brien .\n' I can not say more , ' he added .",
        "British marks; an apostrophe in a name; cannot is two words",
    ),
    (
        "tweet",
        "The river is rising 🌊🌊 stay safe pic.twitter.com/AbC123 — Harbour Watch (@harbourwatch) March 5, 2022",
        "The river is rising 🌊 🌊 stay safe pic.twitter.com/AbC123\n"
        "— Harbour Watch ( @harbourwatch ) March 5 , 2022",
        "the line under a tweet is a sentence; emoji, links and handles are words",
    ),
    (
        "tweet, quoted",
        "“It is over.”— Ana Ruiz (@anaruiz) May 3, 2021",
        "“ It is over . ”\n— Ana Ruiz ( @anaruiz ) May 3 , 2021",
        "no space before the dash",
    ),
    (
        "glued link",
        "All are safe, 3 woundedhttps://t.co/a1B2 at 12:00 EETpic.twitter.com/x9Z (@deskpic.twitter.com/y8)",
        "All are safe , 3 wounded https://t.co/a1B2 at 12:00 EET pic.twitter.com/x9Z ( @desk pic.twitter.com/y8 )",
        "links pasted on to words are words of their own",
    ),
    (
        "addresses",
        "See https://example.org/a/b-c.html?q=1, or write to press.desk@example.co.uk. Thanks.",
        "See https://example.org/a/b-c.html?q=1 , or write to press.desk@example.co.uk .\nThanks .",
        "a link or mail address is one word without the comma or full stop behind it",
    ),
    (
        "flags",
        "Troops fired on protesters against 🇷🇺occupation. Three hurt.",
        "Troops fired on protesters against 🇷🇺 occupation .\nThree hurt .",
        "a flag is one word, also without spaces",
    ),
    (
        "state and capital",
        "The U.S. Senate met in Washington, D.C. The vote was 51–49. Sen. Ruth Okafor (D-Ill.) voted no.",
        "The U.S. Senate met in Washington , D.C.\nThe vote was 51 – 49 .\nSen. Ruth Okafor ( D - Ill. ) voted no .",
        "an abbreviation that ends a sentence, and two that do not",
    ),
    (
        "firms and saints",
        "She worked at Acme Inc. before moving to St. Louis, Mo., in Sept. 2019. Lt. Col. J. R. Marsh did not.",
        "She worked at Acme Inc. before moving to St. Louis , Mo. , in Sept. 2019 .\nLt. Col. J. R. Marsh did not .",
        "firms, saints, states, months, ranks, initials",
    ),
    (
        "numbers",
        "Is No. 2 out? No. He stayed. Prices rose 3.2% to 1,200.50 on Jan. 5, 2021; it was 9:30am.",
        "Is No. 2 out ?\nNo .\nHe stayed .\nPrices rose 3.2 % to 1,200.50 on Jan. 5 , 2021 ; it was 9:30 am .",
        "No. before a figure and the answer no; decimals, dates and times",
    ),
    (
        "words like abbreviations",
        "He loves art. She sat. He was ill. She saw the sun. So am I. They came in.",
        "He loves art .\nShe sat .\nHe was ill .\nShe saw the sun .\nSo am I .\nThey came in .",
        "lower-case words that are abbreviations with a capital",
    ),
    (
        "compounds",
        "the well-known 27-year-old Labor Party-backed ex-minister’s 10-day, $2.5bn plan [sic]",
        "the well - known 27 - year - old Labor Party - backed ex-minister ’s 10 - day , $ 2.5 bn plan [ sic ]",
        "hyphens part words but not prefixes, as in the treebanks",
    ),
    (
        "names with apostrophes",
        "L’Oréal, AT&T and D’Angelo met at the girls’ school in the ’90s.",
        "L’Oréal , AT&T and D’Angelo met at the girls ’ school in the ’90s .",
        "an apostrophe inside a name is part of it",
    ),
    (
        "notes",
        "The town was founded in 1802.[4] It grew quickly.[5][6] Then it burned.",
        "The town was founded in 1802 . [ 4 ]\nIt grew quickly . [ 5 ] [ 6 ]\nThen it burned .",
        "numbers of notes stay with the sentence they belong to",
    ),
    (
        "lines",
        "Ferry service resumes\nBy Ana Ruiz\r\n\r\nThe boats are back. All is well\u2028Second part",
        "Ferry service resumes\nBy Ana Ruiz\nThe boats are back .\nAll is well\nSecond part",
        "every line of an article is a paragraph, and a paragraph ends a sentence",
    ),
    (
        "invisible",
        "\ufeffThe\u200b boats\u00a0are\u2009back.\u200e",
        "The boats are back .",
        "marks without width and all kinds of space part words and are in none",
    ),
    (
        "datelines",
        "KYIV, Ukraine (AP) — Shelling hit the port.\nMOSCOW/KYIV, April 2 (Reuters) - Russia said no.\n"
        "FORT MYERS, Fla. -- He left.\nPort-au-Prince, Haiti (AFP) – “No,” he said.",
        "KYIV , Ukraine ( AP ) —\nShelling hit the port .\nMOSCOW / KYIV , April 2 ( Reuters ) -\nRussia said no .\n"
        "FORT MYERS , Fla. --\nHe left .\nPort - au - Prince , Haiti ( AFP ) –\n“ No , ” he said .",
        "the place of a dateline is no part of the sentence behind it",
    ),
    ("nothing", " \n\t\u200b", "", "no word, no sentence"),
]  # fmt: skip

MUST_NOT_SPLIT = [
    ("The bridge reopened on Sunday, May 6, 2007", "a date inside a sentence that lacks its full stop"),
    ("The bridge shut Sunday, May 6, 2007, when the ice came.", "a date with the sentence going on"),
    ("Sunday, May 6, 2007, was the day the ice came.", "a date that is the subject"),
    ("The gate (Photo: Ana Ruiz) is shut.", "a credit in brackets"),
    ("She sold the photo: it was the last one.", "the common word before a colon"),
    ("Dr. Amy Chen, Ph.D., and Robert Vance Jr. spoke to Adm. Lee.", "titles and suffixes"),
    ("Shelling hit Kyiv (Ukraine) — the port on Mar. 3 — officials said.", "brackets, a dash and a month"),
    ("NATO — which denied it — said no more.", "a name in capitals before a parenthesis in dashes"),
    ("The mayor (a teacher) — Ana Ruiz — left.", "brackets before a dash, no place"),
    ("“Stop!” he cried.", "an attribution behind an exclamation"),
    ("“Why?” she asked.", "an attribution behind a question"),
    ("“Because…” he began.", "an attribution behind an ellipsis"),
    ("He arrived at 5 p.m. on Tuesday with e.g. bread, milk, etc. and left.", "Latin and times inside a sentence"),
    ("J.K. Rowling met George W. Bush and U.N. Secretary-General António Guterres.", "initials"),
    ("It costs approx. 3.5 million, i.e. less than in Jan. 2020.", "decimals and months"),
    ("Maj. Gen. Igor Petrov, Brig. Gen. Ann Smith and Det. Supt. Lee were there.", "double ranks"),
    ("The site example.com and the handle @desk.", "a domain inside a sentence"),
    ("Smith v. Jones, Roe vs. Wade", "courts"),
    ("Some shouted “stop!” and others “go home!” at the police.", "marks inside quotations before a small letter"),
    ("She told RNZ’s “Morning Report” that it “must stop.”", "a quotation at the end"),
    ("(See p. 4.)", "brackets around a sentence"),
]

_PARAGRAPH = (
    "The council met on Monday to talk about the new bridge over the river, and after three hours of debate it "
    "decided to wait for another report before it spends any money on the work, the mayor said."
)


def _wrap(text: str, width: int) -> str:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


WRAPPED = [
    ("wrapped at 60", _wrap(_PARAGRAPH, 60), [_PARAGRAPH]),
    ("wrapped at 72", _wrap(_PARAGRAPH, 72) + "\n\n" + _wrap(_PARAGRAPH, 72), [_PARAGRAPH, _PARAGRAPH]),
    ("wrapped, CR LF", _wrap(_PARAGRAPH, 66).replace("\n", "\r\n"), [_PARAGRAPH]),
    ("a short line closes a paragraph", _wrap(_PARAGRAPH, 50) + "\nSecond one.", [_PARAGRAPH, "Second one."]),
    ("a line a paragraph", _PARAGRAPH + "\n" + _PARAGRAPH, [_PARAGRAPH, _PARAGRAPH]),
    (
        "short lines of an article",
        "“Go home!” they shouted.\nThe crowd grew.\nPolice came at noon and asked for calm.\nNobody was hurt.",
        ["“Go home!” they shouted.", "The crowd grew.", "Police came at noon and asked for calm.", "Nobody was hurt."],
    ),
    (
        "a list",
        "Ana Ruiz, mayor\nOmar Reyes, harbour master\nAda Brown, editor of the Herald\nTom Lee, skipper",
        ["Ana Ruiz, mayor", "Omar Reyes, harbour master", "Ada Brown, editor of the Herald", "Tom Lee, skipper"],
    ),
    ("blank lines", "One\n\n\n  Two  \n \nThree", ["One", "Two", "Three"]),
    ("nothing", "\n \r\n", []),
]
