"""Words that hint at a safety report, by language: data, and the pure function that looks for them in what somebody wrote.

A hit proves nothing. It has a drug safety officer look at words of which their writer said, or nobody was asked, whether they tell of an adverse event
(Dir. 2001/83 Art. 93 asks for any information on use). So the lists are wide, and a company adds its own. A star stands for any further letters: Swedish
and German put words together, and a text says *biverkningarna* or *Arzneimittelnebenwirkung*. Without a star the whole word must stand there.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

ENGLISH = "en"
"""Looked for beside any other language: what is written in a hurry borrows from it."""

WORDS: dict[str, tuple[str, ...]] = {
    "sv": (
        "*biverkning*", "*biverkan", "*komplikation*", "*överkänslighet*", "*allergi*", "anafyla*", "*reaktion", "*reaktioner*",
        "avled*", "avlid*", "dog", "död", "dött", "döda", "*dödsfall*", "*dödlig*", "livshotande",
        "*gravid*", "*missfall*", "*missbildning*", "foster*", "amma", "ammar", "ammade", "amning*", "nyfödd*",
        "*överdos*", "*förgift*", "*feldos*", "*felmedicin*", "förväxl*", "*missbruk*", "beroende*",
        "*utslag", "*utslagen", "*klåda*", "illamå*", "*kräk*", "*kräkning*", "yrsel*", "yr", "svimm*", "*blödning*", "*blöder", "*blödde",
        "*svullnad*", "*svullen", "*svullna", "*ödem*", "*huvudvärk*", "*kramp*", "*andnöd*", "*smärt*", "*infarkt*", "*stroke*", "*hjärtstopp*",
        "*njursvikt*", "*leversvikt*", "gulsot*", "*diarré*", "*suicid*", "*självmord*", "sjukhusvård*", "inlagd*", "*inläggning*", "*akuten",
        "*reklamation*", "*kvalitetsfel*", "*defekt*", "*trasig*", "*missfärg*", "*förorening*", "*förfalsk*", "fel dos", "fel styrka", "fel tablett*",
        "ingen effekt", "utan effekt", "utebliven effekt", "hjälpte inte", "verkade inte", "mådde dåligt", "mår dåligt", "blev sämre", "blivit sämre",
        "satte ut", "sattes ut", "satt ut", "utanför indikation*",
    ),
    "en": (
        "side effect*", "adverse*", "reaction*", "complication*", "toleran*", "intoleran*", "hypersensitiv*", "allerg*", "anaphyla*",
        "died", "dead", "death*", "fatal*", "passed away", "life threatening", "life-threatening",
        "pregnan*", "miscarr*", "malformation*", "birth defect*", "foetus", "fetus", "foetal", "fetal", "breastfe*", "breast-fe*", "lactat*", "newborn*",
        "overdos*", "poison*", "wrong dose*", "wrong drug", "wrong tablet*", "wrong strength", "medication error*", "mix-up", "mixed up", "misus*", "abus*",
        "dependen*", "rash*", "itch*", "nause*", "vomit*", "dizz*", "faint*", "bleed*", "bled", "haemorrhag*", "hemorrhag*", "swell*", "swollen", "oedema*",
        "edema*", "headache*", "seizure*", "convuls*", "breathless*", "dyspnoea", "dyspnea", "pain", "pains", "painful*", "infarct*", "stroke*",
        "heart attack*", "cardiac arrest*", "renal failure", "kidney failure", "liver failure", "jaundice*", "diarrhoea*", "diarrhea*", "suicid*",
        "hospitali*", "admitted to hospital",
        "emergency room", "complaint*", "defect*", "broken", "discolour*", "discolor*", "contaminat*", "counterfeit*", "falsified",
        "no effect", "not work", "not working", "did not work", "didn't work", "ineffective", "lack of effect", "lack of efficacy", "felt unwell", "got worse",
        "stopped taking", "stopped the treatment", "discontinued", "off label", "off-label",
    ),
    "de": (
        "*nebenwirkung*", "*unverträglich*", "*reaktion", "*reaktionen", "*komplikation*", "*allergi*", "*überempfindlich*", "anaphyla*",
        "gestorben", "starb*", "verstorben*", "verstarb*", "tot", "tod", "*todesfall*", "*todesfälle*", "tödlich*", "lebensbedrohlich*",
        "*schwanger*", "*fehlgeburt*", "*fehlbildung*", "*missbildung*", "*fötus", "fetal*", "*stillen", "stillt", "stillzeit", "*neugeboren*",
        "*überdos*", "*vergift*", "*fehldosier*", "falsche dos*", "falsche tablette*", "*medikationsfehler*", "*verwechs*", "*missbrauch*", "*abhängig*",
        "*ausschlag*", "*juckreiz*", "übel", "*übelkeit*", "*erbrechen*", "*erbrach*", "*erbrochen*", "schwindel*", "*ohnmacht*", "*ohnmächtig*", "*blutung*",
        "blutet*", "*schwellung*", "geschwollen*", "*ödem*", "*schmerz*", "*krampf*", "*krämpfe*", "*atemnot*", "*infarkt*", "*schlaganfall*",
        "*herzstillstand*", "*nierenversagen*", "*leberversagen*", "*gelbsucht*", "*durchfall*", "*suizid*", "*selbstmord*", "*krankenhaus*", "*notaufnahme*",
        "*reklamation*", "*qualitätsmangel*", "*mangelhaft*", "*defekt*", "*verfärb*", "*verunreinig*", "*gefälscht*", "*fälschung*",
        "keine wirkung", "ohne wirkung", "wirkungslos*", "wirkt nicht", "wirkte nicht", "nicht geholfen", "ging es schlecht", "schlechter geworden",
        "abgesetzt", "außerhalb der zulassung", "off label", "off-label",
    ),
}  # fmt: skip
"""By language, in lower case. A beginning, from general knowledge: a company's drug safety unit decides what it holds."""

_APOSTROPHES = str.maketrans("\u2019\u02bc\u2032\u0060\u00b4", "'''''")
"""As telephones and keyboards write them."""
_GAP = r"[\W_]+"
"""Between the words of an entry: *side-effect* and *side effect* are one."""


class Hit(NamedTuple):
    """A word of a list that was found: in which language's list, and where in the text as it was looked at. It repeats nothing of the text."""

    language: str
    word: str
    at: int

    @property
    def code(self) -> str:
        """As it is kept: `sv:*biverkning*`."""
        return f"{self.language}:{self.word}"


def screen(text: str, language: str | None) -> tuple[Hit, ...]:
    """The words that hint at a safety report, in the order in which they stand; each of a list once. A language without a list, or none, has every list
    looked through."""
    seen = _plain(text)
    found = [Hit(each, word, match.start()) for each in _languages(language) for word, shape in _shapes(each) if (match := shape.search(seen))]
    return tuple(sorted(found, key=lambda hit: (hit.at, hit.language, hit.word)))


def _plain(text: str) -> str:
    """In small letters, without soft hyphens, marks of direction and other characters that nobody sees, and that would break a word in two."""
    whole = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES))
    return "".join(character for character in whole if unicodedata.category(character) != "Cf").casefold()


def _languages(language: str | None) -> Iterable[str]:
    return dict.fromkeys((language, ENGLISH)) if language in WORDS else WORDS


@cache
def _shapes(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((word, _shape(word)) for word in WORDS[language])


def _shape(word: str) -> re.Pattern[str]:
    """A star is any letters, a space any gap; at either end without a star the word ends. A line below belongs to no word: it makes one stand out."""
    inside = re.escape(word.strip("*").casefold()).replace(r"\ ", _GAP)
    before, after = (r"\w*" if word.startswith("*") else r"(?<![^\W_])"), (r"\w*" if word.endswith("*") else r"(?![^\W_])")
    return re.compile(f"{before}{inside}{after}")
