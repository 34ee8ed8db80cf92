"""RapidOCR with the models inside its wheel, nothing downloaded: where text is, and what it says.

Import this late: it takes seconds and hundreds of megabytes, and most PDFs never need it.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_det import TextDetOutput
from rapidocr.ch_ppocr_rec import TextRecOutput
from rapidocr.utils.output import RapidOCROutput

from patients.documents.pieces import Corners, Piece
from patients.documents.restoration import Tones

THREADS = 2


def pieces(page: Tones) -> list[Piece]:
    """The text on the page, line by line or cell by cell, in no order to rely on."""
    found = engine()(bgr(page), use_det=True, use_rec=True)
    # A page without text comes back as another class, or as this one with nothing in it.
    if not isinstance(found, RapidOCROutput) or found.txts is None:
        return []
    return [
        Piece(text, float(sure), corners(box))
        for text, sure, box in zip(found.txts, found.scores or (), np.asarray(found.boxes), strict=True)
    ]


def boxes(page: Tones) -> list[Corners]:
    """Where text is on the page."""
    found = engine()(bgr(page), use_det=True, use_rec=False)
    if not isinstance(found, TextDetOutput) or found.boxes is None:
        return []
    return [corners(box) for box in found.boxes]


def sureness(line: Tones) -> float:
    """How surely the text of one line, cut out, can be read, 0..1."""
    found = engine()(bgr(line), use_det=False, use_rec=True)
    return float(found.scores[0]) if isinstance(found, TextRecOutput) and found.txts else 0.0


def bgr(page: Tones) -> Tones:
    return np.ascontiguousarray(page[:, :, ::-1])


def corners(box: NDArray[np.float32]) -> Corners:
    (a, b), (c, d), (e, f), (g, h) = box.tolist()
    return (a, b), (c, d), (e, f), (g, h)


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
