"""Writes data set folders: the header of every file, and rows as plain sequences."""

import csv
from fractions import Fraction
from pathlib import Path

HEADERS = {
    "units": "code,name,name_gen,name_dat,name_acc,type,valid_from,valid_to",
    "successions": "predecessor,successor,effective_on,share",
    "plans": "plan,name,path_start,target_date",
    "plan_versions": "plan,version,title,approved_on,effective_from,approved_by,technical_only",
    "memberships": "plan,unit,role,valid_from,valid_to",
    "indicators": "indicator,name,name_en,kind,unit,direction,target_group",
    "targets": "plan,version,indicator,unit,target_date,kind,value,baseline",
    "forms": "form,name,recurrence,due_working_days,grace_working_days,role",
    "form_indicators": "form,indicator",
    "contacts": "unit,role,email,language,valid_from,valid_to",
    "calendar": "calendar,date,kind,name,known_since",
    "calendar_adoptions": "unit,year,adopts_moved_days",
    "submissions": "unit,form,period,version,received_at,status,nil",
    "observations": "unit,form,period,version,indicator,value,obs_status,basis,denominator",
}


def write_folder(folder: Path, files: dict[str, list], newline: str = "\r\n", denominators: bool = True):
    """Writes the files that have rows; `None` is an empty field.

    Without `denominators`, observations.csv lacks that optional last column.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        header = HEADERS[name].split(",")
        if name == "observations" and not denominators:
            header, rows = header[:-1], [row[:-1] for row in rows]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator=newline)
            writer.writerow(header)
            for row in rows:
                if len(row) != len(header):
                    raise ValueError(f"{name}.csv: {row} does not fit {header}")
                writer.writerow(row)


def text_of(value: Fraction | int | None) -> str:
    """An exact decimal as a data set writes it; empty for `None`."""
    if value is None:
        return ""
    value, digits = Fraction(value), 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    scaled = abs(value) * 10**digits
    text = str(scaled).rjust(digits + 1, "0")
    text = f"{text[:-digits]}.{text[-digits:]}" if digits else text
    return f"-{text}" if value < 0 else text
