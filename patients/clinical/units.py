"""Units as written, and what UCUM calls them (https://ucum.org; free to use)."""

import re

WRITTEN = {
    "%": "%", "percent": "%", "por ciento": "%",
    "mmol/mol": "mmol/mol", "mmol/l": "mmol/L", "mmoi/l": "mmol/L", "umol/l": "umol/L", "mcmol/l": "umol/L",
    "micromol/l": "umol/L", "nmol/l": "nmol/L", "pmol/l": "pmol/L", "meq/l": "meq/L",
    "g/dl": "g/dL", "gm/dl": "g/dL", "g/di": "g/dL", "gr/dl": "g/dL",
    "mg/dl": "mg/dL", "mg/di": "mg/dL", "mg%": "mg/dL",
    "g/l": "g/L", "mg/l": "mg/L", "ug/dl": "ug/dL", "mcg/dl": "ug/dL", "ug/l": "ug/L", "mcg/l": "ug/L",
    "ng/ml": "ng/mL", "ng/l": "ng/L", "ng/dl": "ng/dL", "pg/ml": "pg/mL", "ug/ml": "ug/mL", "mg/g": "mg/g",
    "mg/mmol": "mg/mmol", "pg": "pg", "fl": "fL",
    "miu/l": "m[IU]/L", "mu/l": "m[IU]/L", "miu/ml": "m[IU]/mL", "uiu/ml": "u[IU]/mL", "mui/l": "m[IU]/L",
    "uui/ml": "u[IU]/mL", "iu/ml": "[IU]/mL", "ui/ml": "[IU]/mL", "iu/l": "U/L", "ui/l": "U/L", "u/l": "U/L",
    "u/ml": "U/mL",
    "x10^9/l": "10*9/L", "10^9/l": "10*9/L", "x10e9/l": "10*9/L", "10e9/l": "10*9/L", "x10*9/l": "10*9/L",
    "x 10^9/l": "10*9/L", "x109/l": "10*9/L", "x 109/l": "10*9/L", "10*9/l": "10*9/L",
    "x10^12/l": "10*12/L", "10^12/l": "10*12/L", "x 10^12/l": "10*12/L", "x1012/l": "10*12/L",
    "x10^3/ul": "10*3/uL", "10^3/ul": "10*3/uL", "x 10^3/ul": "10*3/uL", "x103/ul": "10*3/uL", "k/ul": "10*3/uL",
    "10e3/ul": "10*3/uL", "10*3/ul": "10*3/uL", "x10^6/ul": "10*6/uL", "10^6/ul": "10*6/uL", "m/ul": "10*6/uL",
    "10e6/ul": "10*6/uL", "/ul": "/uL", "cells/ul": "/uL", "/mm3": "/uL", "/mm^3": "/uL", "cells/mm3": "/uL",
    "/cumm": "/uL", "/cmm": "/uL",
    "mm/h": "mm/h", "mm/hr": "mm/h", "mm/1h": "mm/h", "mm": "mm",
    "ml/min/1.73m2": "mL/min/{1.73_m2}", "ml/min/1.73 m2": "mL/min/{1.73_m2}", "ml/min/1,73m2": "mL/min/{1.73_m2}",
    "ml/min/1,73 m2": "mL/min/{1.73_m2}", "ml/min/1.73m^2": "mL/min/{1.73_m2}", "ml/min/1.73": "mL/min/{1.73_m2}",
    "ml/min per 1.73 m2": "mL/min/{1.73_m2}", "ml/min": "mL/min",
    "mmhg": "mm[Hg]", "mm hg": "mm[Hg]", "mm of mercury": "mm[Hg]",
    "bpm": "/min", "/min": "/min", "beats per minute": "/min", "beats/min": "/min", "lpm": "/min", "ipm": "/min",
    "per minute": "/min", "breaths/min": "/min", "rpm": "/min", "x'": "/min",
    "kg/m2": "kg/m2", "kg/m^2": "kg/m2", "kg/sqm": "kg/m2", "kg/m\u00b2": "kg/m2", "kgs": "kg", "kg": "kg",
    "kilograms": "kg", "kilos": "kg", "lbs": "[lb_av]", "lb": "[lb_av]", "pounds": "[lb_av]",
    "cms": "cm", "cm": "cm", "metres": "m", "meters": "m", "metros": "m", "mtrs": "m", "m": "m", "km": "km",
    "\u00b0c": "Cel", "\u00b0 c": "Cel", "\u00bac": "Cel", "oc": "Cel",
    "o c": "Cel", "c": "Cel", "celsius": "Cel", "\u00b0f": "[degF]",
    "f": "[degF]", "degrees": "deg", "degree": "deg", "deg": "deg", "\u00b0": "deg", "\u00ba": "deg", "grados": "deg",
    "derece": "deg", "seconds": "s", "secs": "s", "sec": "s", "seg": "s", "s": "s", "litres": "L", "liters": "L",
    "litros": "L", "l": "L", "points": "{score}", "/10": "{score}", "/48": "{score}", "/100": "{score}",
    "out of 10": "{score}", "sobre 10": "{score}",
}  # fmt: skip

UNIT = "(?:" + "|".join(re.escape(unit) for unit in sorted(WRITTEN, key=len, reverse=True)) + r")(?![a-z0-9^])"
"""A unit in folded text."""


def ucum(written: str) -> str:
    return WRITTEN[written]
