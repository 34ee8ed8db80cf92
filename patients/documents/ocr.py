"""Reading the picture of a page by eye: RapidOCR with the models inside its wheel, nothing downloaded.

Import this late: it takes seconds and hundreds of megabytes, and most PDFs never need it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import dist

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

from patients.documents.lines import Piece, Point, lines
from patients.documents.text import tidied

THREADS = 2
UPRIGHT = 0.85
"""A page on its head is read too, as nonsense of confidence 0.7; a poor scan lies above 0.9."""


@dataclass(frozen=True)
class OcrPage:
    """What was read: the text line by line, and how sure the reader is, 0..1 (0.0 where there is no text)."""

    text: str
    confidence: float


def read_page(image: Image.Image) -> OcrPage:
    """The text of one RGB page, whichever way up it was scanned; empty when there is none."""
    found = pieces(image)
    if lie_sideways(found):
        image = image.transpose(Image.Transpose.ROTATE_90)
        found = pieces(image)
    if found and confidence(found) < UPRIGHT:
        turned = pieces(image.transpose(Image.Transpose.ROTATE_180))
        found = max(found, turned, key=confidence)
    return OcrPage(tidied("\n".join(lines(found))), round(confidence(found), 4))


def pieces(image: Image.Image) -> list[Piece]:
    found = engine()(np.asarray(image)[:, :, ::-1])
    # A page without text comes back as another class, or as this one with nothing in it.
    if not isinstance(found, RapidOCROutput) or found.txts is None:
        return []
    return [
        Piece(text, float(sure), corners(box))
        for text, sure, box in zip(found.txts, found.scores or (), np.asarray(found.boxes), strict=True)
    ]


def corners(box: NDArray[np.float32]) -> tuple[Point, Point, Point, Point]:
    (a, b), (c, d), (e, f), (g, h) = box.tolist()
    return (a, b), (c, d), (e, f), (g, h)


def lie_sideways(found: Sequence[Piece]) -> bool:
    """Whether the boxes, taken together, are taller than wide."""
    across = sum(dist(piece.corners[0], piece.corners[1]) for piece in found)
    down = sum(dist(piece.corners[0], piece.corners[3]) for piece in found)
    return down > across


def confidence(found: Sequence[Piece]) -> float:
    """The mean confidence of the letters, 0.0 when there are none."""
    letters = sum(len(piece.text) for piece in found)
    return sum(piece.confidence * len(piece.text) for piece in found) / letters if letters else 0.0


@cache
def engine() -> RapidOCR:
    cv2.setNumThreads(THREADS)
    return RapidOCR(
        params={
            # The classifier of upside-down lines turns short ones that stand upright: "7.1" becomes "1'L".
            "Global.use_cls": False,
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
