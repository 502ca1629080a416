#!/usr/bin/env python3
"""Says in words what the demo came to, from what the command `rinda` answered and from the mail that was kept.

    demo-summary.py ANSWERS MAIL ROOT

ANSWERS holds attainment.json and archive.json as the command wrote them, verified, the paths of the packages that it
found intact, and mail-before, the messages kept by earlier runs. MAIL holds the messages; ROOT is the checkout, to which paths are shown relative.
"""

import csv
import email
import email.policy
import json
import sys
from pathlib import Path

STEPS = {
    "S1": "the reporting window has opened",
    "S2": "five working days are left",
    "S3": "the last day is near",
    "S4": "the due date has passed",
    "S5": "the time of grace has passed",
    "S6": "a formal letter has to go out",
}


def percent(text):
    """A share as people write it.

    >>> percent("16.29")
    '16.29 %'
    >>> percent(None)
    'unknown'
    """
    return "unknown" if text is None else f"{text} %"


def listed(words):
    """Words as a sentence lists them.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    >>> listed([])
    'none'
    """
    if len(words) < 2:
        return words[0] if words else "none"
    return ", ".join(words[:-1]) + " and " + words[-1]


def notice_identity(message_id):
    """What a notice is about, from its Message-ID `<form.period.unit.step.vVERSION.role@domain>`.

    Message-IDs are in lower case, codes are not.

    >>> notice_identity("<di-1.2019-h2.0624200.s4.v1.submitter@di.example.lv>")
    {'form': 'DI-1', 'period': '2019-H2', 'unit': '0624200', 'step': 'S4', 'role': 'SUBMITTER'}
    """
    form, period, unit, step, _, role = message_id.strip("<>").partition("@")[0].upper().split(".")
    return {"form": form, "period": period, "unit": unit, "step": step, "role": role}


def column(path, key, value):
    """One column of a CSV file by another; of several rows with one key the last."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row[key]: row[value] for row in csv.DictReader(file)}


def figures(attainment, names):
    """The region's figures and how complete they are."""
    lines = [
        f"Figures of {attainment['plan']} for {attainment['period']}, as of {attainment['as_of']}, "
        f"against version {attainment['plan_version']} of the plan",
        f"  (snapshot {attainment['snapshot']})",
    ]
    reported = [row for row in attainment["region"] if row["reported"] is not None]
    for row in reported:
        weighted = attainment["completeness"]["weighted"].get(row["indicator"])
        lines += [
            f"  {row['indicator']:<4} {names.get(row['indicator'], '')}",
            f"       {row['reported']} of {row['target']} = {percent(row['attained'])}, {row['status']}; "
            f"on reports that cover {percent(weighted)} of the target",
        ]
    silent = [row["indicator"] for row in attainment["region"] if row["reported"] is None]
    if silent:
        lines.append(f"  No figure has been reported for {listed(silent)}; missing is not zero.")
    return lines


def completeness(attainment, names):
    """Who has reported and who has not."""
    counts = attainment["completeness"]
    missing = sorted({row["unit"] for row in attainment["units"] if row["obs_status"] == "L"})
    return [
        f"Reported: {counts['reported']} of {counts['expected']} municipalities, {counts['on_time']} of them on time",
        f"  Missing: {listed([f'{names.get(unit, unit)} ({unit})' for unit in missing])}",
    ]


def notices(mail, before, root, names):
    """Every notice that the mail server kept: to whom, why, and where it lies."""
    paths = sorted(mail.glob("*.eml"))
    new = [path for path in paths if path.name not in before]
    lines = [f"Notices: {len(paths)} kept, {len(new)} of them sent by this run"]
    for path in paths:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        about = notice_identity(message["Message-ID"])
        lines += [
            f"  {names.get(about['unit'], about['unit'])} → {message['To']}",
            f"       why: {STEPS[about['step']]}, and form {about['form']} for {about['period']} has not come "
            f"(step {about['step']}, to the role {about['role']})",
            f"       subject: {message['Subject']}",
            f"       message: {path.relative_to(root)}",
        ]
    return lines


def packages(archive, verified, root):
    """The packages that the command has just found intact."""
    lines = ["Archived and verified:"]
    for record in archive:
        if record["location"] in verified:
            path = Path(record["location"])
            lines += [
                f"  {path.relative_to(root) if path.is_relative_to(root) else path}",
                f"       SHA-512 of the tag manifest, which covers every file: {record['manifest_digest']}",
            ]
    return lines


def main():
    """Reads what the demo kept and prints the summary."""
    if len(sys.argv) != 4:
        sys.exit("usage: demo-summary.py ANSWERS MAIL ROOT")
    answers, mail, root = map(Path, sys.argv[1:])
    attainment = json.loads((answers / "attainment.json").read_text(encoding="utf-8"))
    archive = json.loads((answers / "archive.json").read_text(encoding="utf-8"))
    verified = set((answers / "verified").read_text(encoding="utf-8").splitlines())
    before = set((answers / "mail-before").read_text(encoding="utf-8").splitlines())
    units = column(root / "data/kurzeme/units.csv", "code", "name")
    indicators = column(root / "data/kurzeme/indicators.csv", "indicator", "name_en")
    parts = [
        figures(attainment, indicators),
        completeness(attainment, units),
        notices(mail, before, root, units),
        packages(archive, verified, root),
    ]
    print("\n" + "\n\n".join("\n".join(part) for part in parts))


if __name__ == "__main__":
    main()
