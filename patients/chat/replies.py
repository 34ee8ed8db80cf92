"""What is true of a reply whoever worded it; an engine's words are believed only when all of it holds."""

from __future__ import annotations

import re

from patients.chat.agent import Reply, Turn
from patients.chat.wording import plain

LONGEST = 900
QUESTION_MARKS = re.compile(r"[?؟]")
MARKUP = re.compile(r"https?://|www\.|[<>{}\[\]]|\*\*|^#|```", re.MULTILINE)
ADVICE = re.compile(
    r"(?<!\w)(?:you (?:should|must|need to|ought to|have to|could try)"
    r"|i (?:would )?(?:recommend|advise|suggest|prescribe)"
    r"|diagnos\w*|(?:stop|start|keep|avoid|reduce|increase) taking|take (?:\d|your|the|an?|some) ?\w*|dosage|prescri\w+"
    r"|(?<!do )(?<!that )you (?:probably |likely |may |might )?(?:have|suffer|are suffering)"
    r"|it (?:sounds|looks|seems) like|safe for you"
    r"|normal for|guarantee\w*|will (?:cure|heal|be fine|help)|nothing to worry|better than|effective"
    r"|deberia|usted debe|debe (?:tomar|dejar|hacer|evitar|operarse)|tiene que"
    r"|le (?:recomiendo|aconsejo|sugiero|receto)|diagnostic\w*|deje de|tome|evite|dosis"
    r"|usted (?:probablemente )?(?:tiene|padece|sufre)|parece (?:que|ser)|no se preocupe|garanti\w*"
    r"|يجب (?:عليك|ان)|عليك ان|انصحك|اوصيك|ينبغي|تشخيص\w*|توقف عن|تناول|جرعه|انت مصاب|لا تقلق|اضمن\w*)(?!\w)"
)
NUMBER = re.compile(r"\d[\d.,]*")


def is_fit(content: object, *, draft: Reply, turn: Turn) -> bool:
    """Whether the words may stand for the draft: as many questions, no advice, no fact that nobody gave."""
    if not isinstance(content, str) or not 0 < len(content.strip()) <= LONGEST:
        return False
    if len(QUESTION_MARKS.findall(content)) != (1 if draft.asks else 0):
        return False
    if MARKUP.search(content) or ADVICE.search(plain(content)):
        return False
    return _numbers(content) <= _numbers(draft.content) | _numbers(turn.message)


def _numbers(text: str) -> set[str]:
    return {found.rstrip(".,") for found in NUMBER.findall(plain(text))}
