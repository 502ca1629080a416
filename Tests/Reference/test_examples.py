"""The worked examples that have a number: T-10, T-12 to T-20, and those of the calendar and directions."""

import unittest
from datetime import date
from fractions import Fraction

from attainment import decimal, figure, percent, rounded
from dataset import end_of_day
from knowledge import Knowledge
from kurzeme import AFTER, BEFORE, kurzeme
from periods import containing, last_ended, parse_period
from testing import NOW, Small


class Kurzeme(unittest.TestCase):
    """The table of the worked examples."""

    @classmethod
    def setUpClass(cls):
        cls.small = kurzeme()

    def test_t1_t13_the_snapshot_of_2019(self):
        answer = self.small.ask("2019-H2")
        self.assertEqual(
            answer["completeness"],
            {"expected": 20, "reported": 18, "on_time": 18, "weighted": {"FT": "98.96", "GRT": "98.86"}},
        )
        ft, grt = answer["region"]
        self.assertEqual(
            grt,
            {
                "indicator": "GRT", "target": "350", "baseline": "0", "reported": "57", "carried": "57",
                "upper": "61", "attained": "16.29", "attained_reporting": "16.47", "attained_carried": "16.29",
                "attained_upper": "17.43", "attained_capped": "16.29", "pace": "0.4892", "status": "RED",
            },
        )  # fmt: skip
        self.assertEqual((ft["reported"], ft["upper"]), ("204", "207"))
        self.assertEqual((ft["attained"], ft["attained_reporting"], ft["attained_upper"]), ("70.83", "71.58", "71.88"))
        self.assertEqual((ft["pace"], ft["status"]), ("2.1279", "GREEN"))

    def test_t18_the_map_of_seven(self):
        rows = self.small.ask("2019-H2", vintage="2021-07-01")["units"]
        grt = [row["actual"] for row in rows if row["indicator"] == "GRT"]
        ft = {row["unit"]: row["actual"] for row in rows if row["indicator"] == "FT"}
        self.assertEqual(grt, ["13", "7", "9", "12", "7", "8", "1"])
        self.assertEqual([ft[code] for code, *_ in AFTER], ["19", "24", "22", "25", "7", "68", "39"])
        shares = {row["unit"]: row["attained"] for row in rows if row["indicator"] == "GRT"}
        self.assertEqual(
            [shares[code] for code, *_ in AFTER], ["15.25", "20.69", "14.29", "12.70", "5.26", "20.97", "17.50"]
        )
        kuldiga = next(row for row in rows if (row["unit"], row["indicator"]) == ("0033000", "GRT"))
        self.assertEqual((kuldiga["obs_status"], kuldiga["target"]), ("P", "58"))

    def test_t19_t20_ventspils_missing_in_2021(self):
        answer = self.small.ask("2021-H2", known_at="2022-01-31")
        self.assertEqual(answer["known_at"], "2022-01-31T21:59:59Z")
        ft, grt = answer["region"]
        self.assertEqual((grt["reported"], grt["carried"], grt["upper"]), ("139", "153", "179"))
        self.assertEqual(
            (grt["attained"], grt["attained_carried"], grt["attained_upper"], grt["attained_reporting"]),
            ("39.71", "43.71", "51.14", "44.84"),
        )
        self.assertEqual((ft["reported"], ft["carried"], ft["upper"]), ("238", "285", "293"))
        self.assertEqual(
            (ft["attained"], ft["attained_carried"], ft["attained_upper"], ft["attained_reporting"]),
            ("82.64", "98.96", "101.74", "102.15"),
        )
        self.assertEqual(answer["completeness"]["weighted"], {"FT": "80.90", "GRT": "88.57"})
        self.assertEqual(ft["attained_capped"], "76.39")
        ventspils = next(row for row in answer["units"] if (row["unit"], row["indicator"]) == ("0007000", "GRT"))
        self.assertEqual((ventspils["actual"], ventspils["obs_status"]), (None, "L"))
        self.assertEqual(ventspils["carried"], {"value": "14", "age": 1})

    def test_late_data_are_known_later(self):
        ventspils = self.small.row("0007000", "2021-H2", "GRT")
        self.assertEqual((ventspils["actual"], ventspils["carried"]), ("17", None))

    def test_the_amended_plan(self):
        ft, grt = self.small.ask("2022-H2")["region"]
        self.assertEqual((grt["target"], grt["reported"], grt["attained"]), ("375", "269", "71.73"))
        self.assertEqual((ft["target"], ft["reported"], ft["attained"]), ("350", "334", "95.43"))

    def test_t25_the_frozen_totals(self):
        self.assertEqual(sum(row[5] for row in BEFORE), 124)
        ft, grt = self.small.ask("2021-H1")["region"]
        self.assertEqual((grt["reported"], ft["reported"]), ("124", "263"))


class SingleExamples(unittest.TestCase):
    """Examples that need one region row or one unit."""

    def shares(self, target: int, actual: int, baseline="", **options) -> dict:
        return Small(**options).unit("U", target, baseline).submit("U", "2019-H2", actual).region()

    def test_t2_three_targets(self):
        found = [self.shares(target, 57)["attained"] for target in (297, 350, 375)]
        self.assertEqual(found, ["19.19", "16.29", "15.20"])

    def test_t10_pace(self):
        grt, ft = self.shares(350, 57), self.shares(288, 200)
        self.assertEqual((grt["pace"], grt["status"]), ("0.4892", "RED"))
        self.assertEqual((ft["pace"], ft["status"]), ("2.0862", "GREEN"))

    def test_t12_milestone_path(self):
        small = Small().unit("U", 350).submit("U", "2019-H2", 57)
        small.target("U", 105, kind="MILESTONE", date="2018-12-31")
        self.assertEqual(small.row("U")["pace"], "0.3702")
        self.assertEqual(small.region()["pace"], "0.4892")
        small.target("", 350).target("", 105, kind="MILESTONE", date="2018-12-31")
        self.assertEqual(small.region()["pace"], "0.3702")

    def test_t14_timeliness(self):
        small = Small()
        for number in range(20):
            small.unit(f"U{number:02}", 10)
            if number < 18:
                day = "2020-01-10" if number < 16 else "2020-01-17"
                small.submit(f"U{number:02}", "2019-H2", 1, at=f"{day}T12:00:00+02:00")
        counts = small.ask()["completeness"]
        self.assertEqual((counts["expected"], counts["reported"], counts["on_time"]), (20, 18, 16))

    def test_t15_two_versions(self):
        self.assertEqual((self.shares(350, 240)["attained"], self.shares(375, 252)["attained"]), ("68.57", "67.20"))

    def test_t17_a_correction(self):
        small = Small().unit("U", 350).submit("U", "2019-H2", 153, at="2020-01-10T12:00:00+02:00")
        small.submit("U", "2019-H2", 151, version=2, at="2020-02-10T12:00:00+02:00")
        self.assertEqual(small.region(known_at="2020-01-31")["attained"], "43.71")
        self.assertEqual(small.region()["attained"], "43.14")
        self.assertEqual(small.ask()["completeness"]["on_time"], 1)

    def test_t21_t23_due_dates(self):
        holidays = [("LV", day, "HOLIDAY", "x", "") for day in ("2026-01-01",)]
        moved = [("LV", "2026-01-02", "MOVED_OFF", "x", ""), ("LV", "2026-01-17", "MOVED_WORK", "x", "")]
        autumn = [("LV", "2025-11-17", "MOVED_OFF", "x", ""), ("LV", "2025-11-08", "MOVED_WORK", "x", "")]
        adoptions = [("Y", 2026, "true"), ("N", 2026, "false"), ("Y", 2025, "true"), ("N", 2025, "false")]
        small = Small().unit("Y").unit("N").unit("X").add("calendar", *holidays, *moved, *autumn)
        small.add("calendar_adoptions", *adoptions)
        knowledge = Knowledge(small.data(), None, NOW)
        due = [knowledge.due_on(unit, "F", parse_period("2025-H2")).isoformat() for unit in "YNX"]
        self.assertEqual(due, ["2026-01-16", "2026-01-15", "2026-01-16"])
        due = [knowledge.due_on(unit, "F", parse_period("2025-10")).isoformat() for unit in "YNX"]
        self.assertEqual(due, ["2025-11-13", "2025-11-14", "2025-11-14"])

    def test_t31_a_decrease(self):
        self.assertEqual(self.shares(100, 120, 157, kind="STOCK", direction="DOWN")["attained"], "64.91")

    def test_t36_end_of_day(self):
        self.assertEqual(end_of_day(date(2026, 1, 16)).strftime("%H:%M:%S"), "21:59:59")
        self.assertEqual(end_of_day(date(2026, 7, 14)).strftime("%H:%M:%S"), "20:59:59")

    def test_t39_target_zero(self):
        none, some = self.shares(0, 0), self.shares(0, 3)
        self.assertEqual((none["status"], some["status"]), ("NO_TARGET", "UNPLANNED"))
        self.assertIsNone(some["attained"])

    def test_printing(self):
        self.assertEqual(percent(Fraction(1, 200)), "0.50")
        self.assertEqual(rounded(Fraction(-5, 1000), 2), "-0.01")
        self.assertEqual(rounded(Fraction(-4, 1000), 2), "0.00")
        self.assertEqual(decimal(Fraction("1172200.50")), "1172200.5")
        self.assertEqual([figure("RATIO", Fraction(1, n)) for n in (1, 2, 3)], ["1", "0.5", "0.333333"])
        self.assertEqual(figure("RATIO", Fraction(5, 8)), "0.625")

    def test_periods(self):
        self.assertEqual(last_ended("HALF_YEAR", date(2019, 12, 30)).code, "2019-H1")
        self.assertEqual(last_ended("HALF_YEAR", date(2019, 12, 31)).code, "2019-H2")
        self.assertEqual(containing("QUARTER", date(2019, 12, 31)).code, "2019-Q4")
        self.assertEqual(parse_period("2019-07").last, date(2019, 7, 31))
        for wrong in ("2019-H3", "2019-13", "2019-Q0", "19", "2019-h1", "2019-H1 "):
            with self.assertRaises(ValueError):
                parse_period(wrong)


if __name__ == "__main__":
    unittest.main()
