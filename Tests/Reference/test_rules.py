"""One small hand-made set for each rule of the figures, grouped as the rules are."""

import unittest

from targets import Refused
from testing import Small


class Form(unittest.TestCase):
    """What the answer looks like, and what is refused."""

    def test_rows_in_code_point_order_and_also_without_data(self):
        small = Small().indicator("A1", "STOCK").indicator("A-2", "STOCK").unit("b").unit("B", 5)
        small.target("", "", indicator="A1").target("", 3, indicator="A-2")
        answer = small.ask()
        self.assertEqual([row["indicator"] for row in answer["region"]], ["A-2", "A1", "I"])
        self.assertEqual(
            [(row["unit"], row["indicator"]) for row in answer["units"]],
            [("B", "A-2"), ("B", "A1"), ("B", "I"), ("b", "A-2"), ("b", "A1"), ("b", "I")],
        )
        self.assertEqual(list(answer["completeness"]["weighted"]), ["A-2", "A1", "I"])

    def test_an_indicator_of_an_unapproved_version_belongs_to_the_plan(self):
        small = Small().indicator("X", "STOCK").unit("U", 5)
        small.add("plan_versions", ("P", 2, "v2", "", "2018-01-01", "", "false"))
        small.target("U", 7, indicator="X", version=2)
        row = small.region(indicator="X")
        self.assertEqual((row["target"], row["baseline"], row["status"]), (None, None, "NO_TARGET"))

    def test_what_is_refused(self):
        small = Small().unit("U", 5)
        for options in (
            {"period": "2019-H3"},
            {"as_of": "2020-01-01"},
            {"as_of": "2019-06-30"},
            {"target_basis": "FIXED:2"},
            {"target_basis": "NONE"},
            {"vintage": "yesterday"},
            {"known_at": "2020-01-01T10:00:00"},
        ):
            with self.assertRaises(Refused, msg=str(options)):
                small.ask(**({"period": "2019-H2"} | options))

    def test_a_map_before_a_listed_successor_is_refused(self):
        small = Small().unit("U", 5).heir("V", ("U", "1"), day="2019-07-01")
        with self.assertRaises(Refused):
            small.ask("2019-H2", vintage="2019-06-30")
        self.assertEqual(small.ask("2019-H2", vintage="2019-07-01")["units"][0]["unit"], "V")
        self.assertEqual(small.ask("2019-H1", vintage="2019-06-30")["units"][0]["unit"], "U")


class Versions(unittest.TestCase):
    """Which plan version, and which of its rows."""

    def setUp(self):
        self.small = Small().unit("U", 10)
        self.small.add(
            "plan_versions",
            ("P", 2, "late approval", "2020-03-01", "2019-07-01", "SPAP", "false"),
            ("P", 3, "next year", "2019-12-01", "2020-01-01", "SPAP", "false"),
            ("P", 4, "draft", "", "2019-08-01", "", "false"),
        )
        self.small.target("U", 20, version=2).target("U", 30, version=3).target("U", 40, version=4)

    def chosen(self, **options):
        answer = self.small.ask(**options)
        return answer["plan_version"], answer["units"][0]["target"]

    def test_the_four_bases(self):
        self.assertEqual(self.chosen(), (2, "20"))
        self.assertEqual(self.chosen(known_at="2020-02-29"), (1, "10"))
        self.assertEqual(self.chosen(known_at="2020-03-01T00:00:00+02:00"), (2, "20"))
        self.assertEqual(self.chosen(target_basis="AT_REPORT_DATE"), (3, "30"))
        self.assertEqual(self.chosen(target_basis="AT_REPORT_DATE", known_at="2019-12-31"), (1, "10"))
        self.assertEqual(self.chosen(target_basis="ORIGINAL"), (1, "10"))
        self.assertEqual(self.chosen(target_basis="FIXED:3"), (3, "30"))
        for basis, known_at in (("FIXED:4", None), ("FIXED:2", "2020-02-29")):
            with self.assertRaises(Refused):
                self.small.ask(target_basis=basis, known_at=known_at)

    def test_the_version_is_asked_at_the_period_end_whatever_as_of_is(self):
        self.assertEqual(self.chosen(as_of="2019-07-01"), (2, "20"))

    def test_none_in_force(self):
        self.assertEqual(self.chosen(period="2017-H2"), (None, None))
        self.assertEqual(self.chosen(known_at="2017-01-01", target_basis="ORIGINAL"), (None, None))

    def test_rows_are_inherited_by_number_and_replaced_as_a_whole(self):
        small = Small().unit("U", 10).unit("V", 10)
        small.target("U", 3, kind="MILESTONE", date="2018-12-31")
        small.add("plan_versions", ("P", 2, "v2", "2018-02-01", "2018-02-01", "SPAP", "false"))
        small.target("U", 20, version=2)
        small.submit("U", "2019-H2", 10).submit("V", "2019-H2", 5)
        self.assertEqual(small.row("U")["pace"], "1.5021")  # the linear path: 50 % of 729/2190
        self.assertEqual(small.row("V")["target"], "10")
        self.assertEqual(small.region()["target"], "30")
        self.assertEqual(small.row("U", target_basis="ORIGINAL")["target"], "10")

    def test_an_empty_value_drops_a_target(self):
        small = Small().unit("U", 10).unit("V", 10).target("", 99)
        small.add("plan_versions", ("P", 2, "v2", "2018-02-01", "2018-02-01", "SPAP", "false"))
        small.target("U", "", version=2)
        self.assertEqual(small.row("U")["status"], "NO_TARGET")
        self.assertEqual(small.region()["target"], "99")
        small.target("", "", version=2)
        self.assertIsNone(small.region()["target"])


class Obligations(unittest.TestCase):
    """Unit sets, completeness, due dates, what is shown without a number."""

    def test_the_unit_set_is_that_of_the_last_ended_form_period(self):
        small = Small().unit("OLD", 10, ends="2019-08-01").unit("NEW", 10, begins="2019-08-01")
        units = [row["unit"] for row in small.ask("2019-H2", as_of="2019-12-30")["units"]]
        self.assertEqual(units, ["OLD"])
        self.assertEqual([row["unit"] for row in small.ask("2019-H2")["units"]], ["NEW"])

    def test_the_role_of_the_form_decides(self):
        small = Small(role="INFRASTRUCTURE").unit("R", 10).unit("N", 10)
        small.add("memberships", ("P", "N", "INFRASTRUCTURE", "2019-01-01", "2020-01-01"))
        self.assertEqual([row["unit"] for row in small.ask()["units"]], ["N"])
        self.assertEqual(small.ask("2020-H1")["units"], [])
        self.assertEqual(small.ask()["completeness"]["expected"], 1)

    def test_an_indicator_on_no_form(self):
        small = Small().unit("U", 10).indicator("X", "CUM_UNIQUE", form=None).target("U", 4, indicator="X")
        row = small.row("U", indicator="X")
        self.assertEqual((row["obs_status"], row["actual"], row["carried"]), (None, None, None))
        self.assertEqual(small.region(indicator="X")["status"], "GREY")

    def test_each_form_period_counts_that_ends_within_the_span(self):
        small = Small(recurrence="QUARTER").unit("U", 10).unit("V", 10)
        small.submit("U", "2019-Q3", 1)
        self.assertEqual(small.ask("2019")["completeness"]["expected"], 8)
        self.assertEqual(small.ask("2019", as_of="2019-12-30")["completeness"]["expected"], 6)
        self.assertEqual(small.ask("2019-07")["completeness"]["expected"], 0)
        self.assertEqual(small.ask("2019-H2")["completeness"]["reported"], 1)

    def test_not_applicable_leaves_all_three(self):
        small = Small().unit("U", 10).unit("V", 10).indicator("X", "STOCK").target("U", 1, indicator="X")
        small.submit("U", "2019-H2", ("I", "", "M"), ("X", "", "J")).submit("V", "2019-H2", ("I", "", "M"))
        counts = small.ask()["completeness"]
        self.assertEqual((counts["expected"], counts["reported"], counts["on_time"]), (1, 1, 1))
        self.assertEqual(counts["weighted"], {"I": None, "X": None})

    def test_a_late_correction_of_a_timely_version_stays_on_time(self):
        small = Small().unit("U", 10)
        small.submit("U", "2019-H2", 1, at="2020-01-14T23:59:59+02:00")
        small.submit("U", "2019-H2", 2, version=2, at="2020-06-01T12:00:00+03:00")
        self.assertEqual(small.ask()["completeness"]["on_time"], 1)

    def test_the_local_day_of_receipt_decides(self):
        small = Small().unit("U", 10).submit("U", "2019-H2", 1, at="2020-01-14T21:59:59Z")
        self.assertEqual(small.ask()["completeness"]["on_time"], 1)
        small = Small().unit("U", 10).submit("U", "2019-H2", 1, at="2020-01-14T22:00:00Z")
        self.assertEqual(small.ask()["completeness"]["on_time"], 0)

    def test_a_holiday_counts_once_it_is_known(self):
        small = Small().unit("U", 10).add("calendar", ("LV", "2020-01-10", "SPECIAL", "x", "2020-01-16"))
        self.assertEqual(small.row("U", known_at="2020-01-14")["obs_status"], "NOT_DUE")
        self.assertEqual(small.row("U", known_at="2020-01-15")["obs_status"], "L")
        small.submit("U", "2019-H2", 1, at="2020-01-15T12:00:00+02:00")
        self.assertEqual(small.ask(known_at="2020-01-15")["completeness"]["on_time"], 0)
        self.assertEqual(small.ask(known_at="2020-01-16")["completeness"]["on_time"], 1)

    def test_a_unit_that_does_not_owe_is_neither_expected_nor_reported(self):
        small = Small().unit("U", 10).add("units", ("X", *"XXXX", "CITY", "2009-07-01", ""))
        small.submit("X", "2019-H2", 5)
        answer = small.ask()
        self.assertEqual([row["unit"] for row in answer["units"]], ["U"])
        self.assertEqual(answer["completeness"]["reported"], 0)

    def test_weights(self):
        small = Small("STEP").unit("U", 1).unit("V", 0).unit("W", 1).submit("U", "2019-H2", 1)
        self.assertEqual(small.ask()["completeness"]["weighted"], {"I": "50.00"})
        small = Small("RATIO").unit("U", 0).unit("V", "0.5").unit("W").target("", "0.5")
        small.submit("U", "2019-H2", ("I", 1, "A", "", 2))
        self.assertEqual(small.ask()["completeness"]["weighted"], {"I": "50.00"})

    def test_the_gate_counts_where_there_are_no_weights(self):
        small = Small().target("", 10)
        for number in range(5):
            small.unit(f"U{number}")
            if number:
                small.submit(f"U{number}", "2019-H2", 5)
        self.assertEqual(small.ask()["completeness"]["weighted"], {"I": None})
        self.assertEqual(small.region()["status"], "BLUE")
        small.unit("U5")
        self.assertEqual(small.region()["status"], "GREY")


class Submissions(unittest.TestCase):
    """Which version counts, nil returns, what is shown."""

    def test_returned_and_received_versions_do_not_count(self):
        small = Small().unit("U", 10).submit("U", "2019-H2", 3)
        small.submit("U", "2019-H2", 4, version=2, status="RETURNED")
        small.submit("U", "2019-H2", 5, version=3, status="RECEIVED")
        self.assertEqual(small.row("U")["actual"], "3")

    def test_a_version_replaces_the_one_before_whole(self):
        small = Small().unit("U", 10).indicator("X", "STOCK").target("U", 1, indicator="X")
        small.submit("U", "2019-H2", 3, ("X", 1)).submit("U", "2019-H2", ("X", 2), version=2)
        self.assertEqual((small.row("U")["actual"], small.row("U")["obs_status"]), (None, "L"))

    def test_nil_repeats_at_any_age_and_restarts_the_age(self):
        small = Small().unit("U", 10).submit("U", "2015-H1", 4).submit("U", "2018-H2", nil="true")
        self.assertEqual((small.row("U", "2018-H2")["actual"], small.row("U", "2018-H2")["obs_status"]), ("4", "NIL"))
        self.assertEqual(small.row("U", "2019-H2")["carried"], {"value": "4", "age": 2})
        self.assertIsNone(small.row("U", "2020-H1")["carried"])

    def test_nil_without_a_visible_prior_is_l(self):
        small = Small().unit("U", 10).submit("U", "2019-H1", 4, at="2020-06-01T12:00:00+03:00")
        small.submit("U", "2019-H2", ("I", "", "NIL"), at="2020-01-10T12:00:00+02:00")
        self.assertEqual(small.row("U", known_at="2020-01-31")["obs_status"], "L")
        self.assertEqual(small.row("U")["obs_status"], "NIL")

    def test_status_without_a_number(self):
        small = Small().unit("U", 10).submit("U", "2019-H1", 4)
        small.submit("U", "2019-H2", ("I", "", "M"), at="2020-01-10T12:00:00+02:00")
        self.assertEqual((small.row("U")["obs_status"], small.row("U")["carried"]), ("M", None))
        row = small.row("U", known_at="2020-01-09")
        self.assertEqual((row["obs_status"], row["actual"]), ("NOT_DUE", None))
        self.assertEqual(row["carried"], {"value": "4", "age": 1})
        row = small.row("U", known_at="2020-07-01T00:00:00+03:00", period="2020-H1")
        self.assertEqual((row["obs_status"], row["carried"]), ("NOT_DUE", {"value": "4", "age": 2}))


class Kinds(unittest.TestCase):
    """The six kinds."""

    def test_flow_sums_from_the_path_start(self):
        small = Small("FLOW").unit("U", 20).submit("U", "2017-H2", 9)
        for period, value in (("2018-H1", 1), ("2018-H2", 2), ("2019-H1", 3), ("2019-H2", 4)):
            small.submit("U", period, value)
        self.assertEqual((small.row("U")["actual"], small.row("U")["obs_status"]), ("10", "A"))
        region = small.region()
        self.assertEqual((region["reported"], region["carried"], region["upper"]), ("10", None, None))

    def test_flow_with_a_gap_is_partial(self):
        small = Small("FLOW").unit("U", 20).submit("U", "2018-H1", 1).submit("U", "2018-H2", ("I", "", "M"))
        small.submit("U", "2019-H1", nil="true").submit("U", "2019-H2", 4)
        self.assertEqual((small.row("U")["actual"], small.row("U")["obs_status"]), ("5", "A"))
        small.files["submissions"].pop(0)
        small.files["observations"].pop(0)
        self.assertEqual((small.row("U")["actual"], small.row("U")["obs_status"]), ("4", "P"))

    def test_flow_nil_before_the_path_is_l(self):
        small = Small("FLOW").unit("U", 20).submit("U", "2017-H2", 9).submit("U", "2018-H1", nil="true")
        self.assertEqual(small.row("U", "2018-H1")["obs_status"], "L")

    def test_flow_adds_the_predecessors_sums(self):
        small = Small("FLOW").unit("U", 20).submit("U", "2018-H1", 10).submit("U", "2018-H2", 6)
        small.heir("V", ("U", "0.25"), day="2019-01-01").heir("W", ("U", "0.75"), day="2019-01-01")
        small.submit("V", "2019-H1", 1)
        row = small.row("V", "2019-H1")
        self.assertEqual((row["actual"], row["obs_status"], row["target"]), ("5", "A", "5"))

    def test_ratio_sums_over_the_asked_period(self):
        small = Small("RATIO", recurrence="QUARTER").unit("U", "0.5").unit("V").target("", "0.5", "0.25")
        small.submit("U", "2019-Q2", ("I", 9, "A", "", 9))
        small.submit("U", "2019-Q3", ("I", 1, "A", "", 2)).submit("U", "2019-Q4", ("I", 0, "A", "", 1))
        small.submit("V", "2019-Q4", ("I", 0, "A", "", 0))
        self.assertEqual(small.row("U")["actual"], "0.333333")
        self.assertEqual(small.row("U")["attained"], "66.67")
        self.assertEqual((small.row("V")["actual"], small.row("V")["obs_status"]), (None, "A"))
        region = small.region()
        self.assertEqual((region["reported"], region["attained"]), ("0.333333", "33.33"))
        self.assertEqual(region["attained_reporting"], "33.33")
        self.assertEqual((region["attained_capped"], region["upper"]), (None, None))
        self.assertEqual(small.row("U", "2019", as_of="2019-09-30")["actual"], "0.909091")
        self.assertEqual(small.row("U", "2019-07", as_of="2019-07-15")["actual"], "1")

    def test_ratio_has_no_region_target_of_its_own(self):
        small = Small("RATIO").unit("U", "0.5").submit("U", "2019-H2", ("I", 1, "A", "", 2))
        self.assertEqual((small.region()["target"], small.region()["status"]), (None, "NO_TARGET"))

    def test_step(self):
        small = Small("STEP").unit("A", 1).unit("B", 100).unit("C", 100).unit("D").unit("E", 0)
        for unit, value in (("A", 1), ("B", 60), ("C", 100), ("D", 1), ("E", 0)):
            small.submit(unit, "2019-H2", value)
        region = small.region()
        self.assertEqual((region["reported"], region["target"], region["baseline"]), ("2", "3", "0"))
        self.assertEqual((region["attained"], region["attained_reporting"]), ("66.67", "66.67"))
        self.assertEqual((region["attained_capped"], region["carried"]), ("66.67", None))
        self.assertEqual((small.row("B")["attained"], small.row("D")["status"]), ("60.00", "NO_TARGET"))

    def test_step_that_nobody_reported(self):
        region = Small("STEP").unit("A", 1).region()
        self.assertEqual((region["reported"], region["attained_capped"], region["status"]), (None, None, "GREY"))

    def test_money_carries_nothing(self):
        small = Small("MONEY").unit("U", "1172200.50").unit("V", 1).submit("U", "2019-H2", "996370.10")
        small.submit("V", "2019-H1", 1)
        region = small.region()
        self.assertEqual((region["target"], region["reported"]), ("1172201.5", "996370.1"))
        self.assertEqual((region["carried"], region["upper"], region["attained_upper"]), (None, None, None))
        self.assertIsNone(small.row("V")["carried"])


class Region(unittest.TestCase):
    """Region figures with missing units, baselines and caps."""

    def test_the_region_row_wins_over_the_sum(self):
        small = Small().unit("U", 10, 2).unit("V", 20, 3).unit("W")
        self.assertEqual((small.region()["target"], small.region()["baseline"]), ("30", "5"))
        small.target("", 50, 1)
        self.assertEqual((small.region()["target"], small.region()["baseline"]), ("50", "1"))

    def test_units_without_a_number_stand_at_their_baseline(self):
        small = Small("STOCK", "DOWN").unit("U", 60, 100).unit("V", 40, 57).submit("U", "2019-H2", 80)
        region = small.region()
        self.assertEqual((region["reported"], region["attained"]), ("80", "35.09"))  # (80 + 57 − 157)/(100 − 157)
        self.assertEqual((region["upper"], region["attained_upper"]), ("120", "64.91"))
        self.assertEqual(region["attained_reporting"], "50.00")
        self.assertEqual(region["attained_capped"], "35.09")

    def test_a_missing_unit_without_target_makes_the_share_null_if_there_is_a_baseline(self):
        small = Small().unit("U", 10, 2).unit("V").submit("U", "2019-H2", 8)
        self.assertEqual((small.region()["attained"], small.region()["status"]), (None, "GREY"))
        small.submit("V", "2019-H2", ("I", "", "M"))
        self.assertEqual(small.region()["attained"], "75.00")

    def test_not_applicable_units_add_to_none(self):
        small = Small().unit("U", 10).unit("V", 5).unit("W", 5)
        small.submit("U", "2019-H2", 5).submit("V", "2019-H2", ("I", "", "J")).submit("V", "2019-H1", 3)
        region = small.region()
        self.assertEqual((region["reported"], region["carried"], region["upper"]), ("5", "5", "10"))
        self.assertEqual((region["target"], region["attained_capped"]), ("20", "25.00"))
        self.assertEqual(small.ask()["completeness"]["weighted"], {"I": "66.67"})

    def test_nothing_reported(self):
        region = Small().unit("U", 10).region()
        self.assertEqual((region["reported"], region["carried"], region["upper"]), (None, None, "10"))
        self.assertEqual((region["attained_capped"], region["status"]), (None, "GREY"))
        region = Small().unit("U").target("", 10).region()
        self.assertEqual((region["upper"], region["target"]), (None, "10"))

    def test_upper_takes_the_better_of_target_and_last_value(self):
        small = Small().unit("U", 10).unit("V", 10).submit("U", "2019-H1", 12)
        self.assertEqual(small.region()["upper"], "22")
        small = Small(direction="DOWN").unit("U", 10).unit("V", 10).submit("U", "2019-H1", 12)
        self.assertEqual(small.region()["upper"], "20")

    def test_a_unit_without_target_is_in_the_numerator_only(self):
        small = Small().unit("U", 10).unit("V").submit("U", "2019-H2", 5).submit("V", "2019-H2", 3)
        region = small.region()
        self.assertEqual((region["attained_reporting"], region["attained_capped"]), ("80.00", "50.00"))

    def test_capped(self):
        small = Small().unit("U", 10).unit("V", 10).submit("U", "2019-H2", 15).submit("V", "2019-H2", 2)
        self.assertEqual((small.region()["attained"], small.region()["attained_capped"]), ("85.00", "60.00"))

    def test_target_equal_to_baseline(self):
        small = Small().unit("U", 5, 5).unit("V", 0).submit("U", "2019-H2", 5).submit("V", "2019-H2", 2)
        self.assertEqual((small.row("U")["status"], small.row("V")["status"]), ("GREY", "UNPLANNED"))

    def test_no_pace_on_the_first_day_of_the_path(self):
        small = Small(recurrence="MONTH").unit("U", 10).submit("U", "2017-12", 4)
        row = small.row("U", "2018-01", as_of="2018-01-01")
        self.assertEqual((row["attained"], row["pace"], row["status"]), ("40.00", None, "GREY"))


class Reform(unittest.TestCase):
    """Successions: totals, what is carried, targets, and the later map."""

    def merged(self, basis: str = "") -> Small:
        small = Small().unit("A", 10).unit("B", 20).submit("A", "2018-H1", 3).submit("B", "2018-H2", 4)
        small.heir("C", ("A", "1"), ("B", "1"), day="2019-07-01")
        return small.submit("C", "2019-H2", ("I", 6, "A", basis)) if basis else small

    def test_own_only_adds_the_frozen_finals_at_any_age(self):
        row = self.merged("OWN_ONLY").row("C")
        self.assertEqual((row["actual"], row["obs_status"], row["target"]), ("13", "A", "30"))
        self.assertEqual(self.merged("INCLUDES_PREDECESSORS").row("C")["actual"], "6")

    def test_a_successor_that_never_reported_carries_its_predecessors(self):
        row = self.merged().row("C")  # A's number of 2018-H1 is three half-years old
        self.assertEqual((row["carried"], row["actual"]), ({"value": "4", "age": 2}, None))

    def test_a_predecessor_that_never_reported_makes_it_partial(self):
        small = Small().unit("A", 10).unit("B", 20).submit("A", "2019-H1", 3)
        small.heir("C", ("A", "1"), ("B", "1"), day="2019-07-01").submit("C", "2019-H2", 6)
        self.assertEqual((small.row("C")["actual"], small.row("C")["obs_status"]), ("9", "P"))
        small.files["memberships"] = [row for row in small.files["memberships"] if row[1] != "B"]
        self.assertEqual((small.row("C")["actual"], small.row("C")["obs_status"]), ("9", "A"))

    def test_nil_of_a_successor_repeats_the_frozen_sum(self):
        row = self.merged().submit("C", "2019-H2", nil="true").row("C")
        self.assertEqual((row["actual"], row["obs_status"]), ("7", "NIL"))

    def test_a_chain_hands_on(self):
        small = Small().unit("A", 10).submit("A", "2018-H1", 8)
        small.heir("B", ("A", "0.5"), day="2018-07-01").heir("X", ("A", "0.5"), day="2018-07-01")
        small.heir("C", ("B", "1"), day="2019-01-01").submit("C", "2019-H1", 1)
        row = small.row("C", "2019-H1")
        self.assertEqual((row["actual"], row["obs_status"], row["target"]), ("5", "P", "5"))

    def test_the_frozen_final_is_that_of_the_last_period_before_the_reform(self):
        small = Small().unit("A", 10).submit("A", "2019-H1", 3).heir("C", ("A", "1"), day="2019-06-15")
        small.submit("A", "2018-H2", 2).submit("C", "2019-H2", 0)
        self.assertEqual(small.row("C")["actual"], "2")

    def test_own_rows_of_a_successor_count_alone(self):
        small = self.merged().target("C", "")
        self.assertEqual((small.row("C")["target"], small.region()["target"]), (None, None))

    def test_inherited_targets_of_steps_and_ratios(self):
        small = Small("STEP").unit("A", 1).unit("B", 100).heir("C", ("A", "1"), ("B", "1"), day="2019-07-01")
        self.assertEqual(small.row("C")["target"], "100")
        small = Small("RATIO").unit("A", "0.5").unit("B", "0.5").heir("C", ("A", "1"), ("B", "1"), day="2019-07-01")
        self.assertEqual(small.row("C")["target"], "0.5")
        small.target("B", "0.6", version=1, date="2022-12-31")
        small.files["targets"].pop(1)
        self.assertIsNone(small.row("C")["target"])

    def test_milestones_are_not_inherited(self):
        small = self.merged("OWN_ONLY").target("A", 1, kind="MILESTONE", date="2018-12-31")
        small.target("B", 2, kind="MILESTONE", date="2018-12-31")
        self.assertEqual(small.row("C")["pace"], "1.3018")  # 13/30 on the linear path

    def test_the_later_map(self):
        small = Small().unit("A", 10, 2).unit("B", 20).submit("A", "2019-H1", ("I", 6, "E")).submit("B", "2019-H1", 5)
        small.heir("C", ("A", "0.5"), ("B", "1"), day="2019-07-01").heir("D", ("A", "0.5"), day="2019-07-01")
        small.target("C", 99)
        c, d = small.row("C", "2019-H1", vintage="2019-07-01"), small.row("D", "2019-H1", vintage="2019-07-01")
        self.assertEqual((c["target"], c["baseline"], c["actual"], c["obs_status"]), ("25", "1", "8", "E"))
        self.assertEqual((c["attained"], d["attained"]), ("29.17", "50.00"))
        self.assertEqual(small.region("2019-H1"), small.region("2019-H1", vintage="2019-07-01"))

    def test_the_later_map_changes_the_capped_share_only(self):
        small = Small().unit("A", 10).unit("B", 10).submit("A", "2019-H1", 15).submit("B", "2019-H1", 5)
        small.heir("C", ("A", "1"), ("B", "1"), day="2019-07-01")
        before, after = small.region("2019-H1"), small.region("2019-H1", vintage="2019-07-01")
        self.assertEqual((before.pop("attained_capped"), after.pop("attained_capped")), ("75.00", "100.00"))
        self.assertEqual(before, after)

    def test_statuses_on_the_later_map(self):
        def status(*of_parts: str) -> str:
            small, parts = Small(), []
            for number, of_part in enumerate(of_parts):
                small.unit(f"U{number}", 1)
                parts.append((f"U{number}", "1"))
                if of_part == "NIL":
                    small.submit(f"U{number}", "2018-H2", 1)
                if of_part != "L":
                    small.submit(f"U{number}", "2019-H1", ("I", 1 if of_part in "APEB" else "", of_part))
            return small.heir("Z", *parts, day="2019-07-01").row("Z", "2019-H1", vintage="2019-07-01")["obs_status"]

        for parts, expected in (
            (("A", "B"), "B"), (("E", "P"), "E"), (("A", "P"), "P"), (("A", "NIL"), "A"), (("A", "M"), "A"),
            (("A", "L"), "P"), (("L", "M"), "L"), (("M", "J"), "J"), (("M", "M"), "M"), (("NIL", "NIL"), "NIL"),
        ):  # fmt: skip
            self.assertEqual(status(*parts), expected, parts)

    def test_a_merged_step_is_as_far_as_its_slowest_part(self):
        small = Small("STEP").unit("A", 1).unit("B", 1).submit("A", "2019-H1", 1).submit("B", "2019-H1", 0)
        small.heir("C", ("A", "1"), ("B", "1"), day="2019-07-01")
        self.assertEqual(small.row("C", "2019-H1", vintage="2019-07-01")["actual"], "0")
        self.assertEqual(small.region("2019-H1", vintage="2019-07-01")["attained_capped"], "0.00")

    def test_a_renamed_unit_is_one_unit(self):
        small = Small().unit("U", 10, ends="2019-03-01")
        small.add("units", ("U", *"nnnn", "CITY", "2019-03-01", ""))
        small.files["memberships"] = [("P", "U", "REPORTER", "2009-07-01", "")]
        self.assertEqual(len(small.submit("U", "2019-H2", 1).ask()["units"]), 1)


if __name__ == "__main__":
    unittest.main()
