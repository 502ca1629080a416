"""The synthetic Kurzeme table of the worked examples (unit values invented, totals from the sources)."""

from testing import Small

# code, target GRT, target FT, 2019-H2 GRT, FT (None = missing), 2021-H1 GRT, FT, successor
BEFORE = (
    ("0640600", 14, 9, 2, 6, 5, 9, "0027000"),
    ("0640801", 4, 3, 0, 0, 1, 1, "0027000"),
    ("0641000", 15, 9, 2, 7, 5, 9, "0027000"),
    ("0647900", 6, 4, 0, 0, 1, 2, "0027000"),
    ("0641401", 4, 3, 0, 0, 1, 1, "0027000"),
    ("0641600", 9, 6, 3, 4, 6, 5, "0027000"),
    ("0648500", 3, 2, 2, 2, 3, 2, "0027000"),
    ("0649300", 4, 2, 0, 0, 1, 1, "0027000"),
    ("0624200", 2, 1, None, None, 1, 1, "0033000"),
    ("0620200", 39, 25, 8, 19, 16, 23, "0033000"),
    ("0621200", 17, 5, 4, 5, 8, 6, "0033000"),
    ("0840601", 10, 6, 1, 4, 4, 6, "0046000"),
    ("0840200", 39, 26, 6, 18, 13, 22, "0046000"),
    ("0885100", 6, 4, 1, 3, 3, 4, "0051000"),
    ("0887600", 2, 2, None, None, 0, 1, "0051000"),
    ("0888301", 6, 4, 1, 2, 2, 3, "0051000"),
    ("0880200", 49, 32, 6, 20, 13, 25, "0051000"),
    ("0980200", 19, 12, 1, 7, 3, 9, "0056000"),
    ("0170000", 62, 78, 13, 68, 24, 86, "0005000"),
    ("0270000", 40, 55, 7, 39, 14, 47, "0007000"),
)

# code, own increments in 2021-H2 (None = missing), targets of 2022, figures of 2022-H2
AFTER = (
    ("0027000", 7, 4, 63, 46, 52, 38),
    ("0033000", 6, 3, 62, 38, 55, 37),
    ("0046000", 4, 2, 53, 39, 38, 34),
    ("0051000", 5, 4, 68, 51, 44, 43),
    ("0056000", 1, 1, 20, 14, 9, 12),
    ("0005000", 6, 8, 66, 95, 40, 112),
    ("0007000", None, None, 43, 67, 31, 58),
)

REFORM = "2021-07-01"


def kurzeme() -> Small:
    """The data set: 20 municipalities, then 7; Ventspils' figure for 2021-H2 comes late."""
    small = Small()
    small.files["indicators"] = [
        ("GRT", "GRT", "GRT", "CUM_UNIQUE", "persons", "UP", "GRT"),
        ("FT", "FT", "FT", "CUM_UNIQUE", "persons", "UP", "FT"),
    ]
    small.files["form_indicators"] = [("F", "GRT"), ("F", "FT")]
    small.add("plan_versions", ("P", 2, "Nr. 7", "2022-07-26", "2022-07-26", "SPAP", "false"))
    for code, grt, ft, grt_2019, ft_2019, grt_2021, ft_2021, _ in BEFORE:
        small.unit(code, grt, indicator="GRT").target(code, ft, indicator="FT")
        if grt_2019 is not None:
            small.submit(code, "2019-H2", ("GRT", grt_2019), ("FT", ft_2019), at="2020-01-10T12:00:00+02:00")
        small.submit(code, "2021-H1", ("GRT", grt_2021), ("FT", ft_2021), at="2021-07-09T12:00:00+03:00")
    for code, grt, ft, grt_2022, ft_2022, grt_now, ft_now in AFTER:
        small.heir(code, *((row[0], "1") for row in BEFORE if row[7] == code), day=REFORM)
        small.target(code, grt_2022, indicator="GRT", version=2).target(code, ft_2022, indicator="FT", version=2)
        if grt is not None:
            small.submit(code, "2021-H2", ("GRT", grt), ("FT", ft), at="2022-01-10T12:00:00+02:00")
        basis = ("A", "INCLUDES_PREDECESSORS")
        small.submit(code, "2022-H2", ("GRT", grt_now, *basis), ("FT", ft_now, *basis), at="2023-01-10T12:00:00+02:00")
    small.submit("0007000", "2021-H2", ("GRT", 3), ("FT", 3), at="2022-03-01T12:00:00+02:00")
    return small
