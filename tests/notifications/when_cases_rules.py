"""What headquarters states anew while messages are still to come, and a planner that was away."""

from datetime import time

from tests.notifications.when import Case, Rows

CALM: Rows = ({"purpose": "", "channels": ["wechat", "sms", "email", "push"]},)

RULES = [
    Case(
        "a rule that is added in time",
        """
        03-02 10:00 pass_notice sms
        03-09 10:00 three_days sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-05 09:00 adds_rule three_days first_day 7 10:00
        """,
    ),
    Case(
        "a rule that is added after its moment: at once, as long as it is of use",
        """
        03-02 10:00 pass_notice sms
        03-10 12:00 three_days sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-10 12:00 adds_rule three_days first_day 7 10:00
        """,
    ),
    Case(
        "a rule that is added after its moment, at night: in the morning",
        """
        03-02 10:00 pass_notice sms
        03-11 08:00 three_days sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-10 23:00 adds_rule three_days first_day 7 10:00
        """,
    ),
    Case(
        "a rule that is switched off",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-14 09:00 switches_rule_off 6
        """,
    ),
    Case(
        "a rule that comes to speak earlier",
        """
        03-02 10:00 pass_notice sms
        03-11 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-05 09:00 changes_rule 5 5
        """,
    ),
    Case(
        "a rule that comes to speak later",
        """
        03-02 10:00 pass_notice sms
        03-14 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-05 09:00 changes_rule 5 2
        """,
    ),
    Case(
        "a rule that changes after it spoke does not speak again",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-13 12:00 changes_rule 5 2
        """,
    ),
    Case(
        "the task moves with its rule",
        """
        03-02 10:00 pass_notice sms
        03-04 10:00 unconfirmed sms
        03-04 18:00 unconfirmed sms
        03-05 16:00 task
        """,
        reached_by="sms",
        happens="""
        03-02 11:00 opens
        03-03 09:00 changes_rule 4 2
        """,
    ),
    Case(
        "no rule for the task: at the deadline all the same",
        """
        03-02 10:00 pass_notice sms
        03-05 18:00 task
        """,
        reached_by="sms",
        rules=(),
    ),
    Case(
        "rules of one segment only",
        """
        03-02 10:00 pass_notice sms
        03-15 10:00 one_day sms
        """,
        rules=(
            {
                "kind": "three_days",
                "anchor": "first_day",
                "amount": 3,
                "at": time(10),
                "condition": {"category": {"is": ["campus"]}},
            },
            {
                "kind": "one_day",
                "anchor": "first_day",
                "amount": 1,
                "at": time(10),
                "condition": {"category": {"not": ["campus"]}},
            },
        ),
        happens="03-02 10:30 confirms",
    ),
    Case(
        "the morning before a deadline, counted backwards into the night: the evening before",
        """
        03-02 10:00 pass_notice sms
        03-05 08:00 unconfirmed sms
        03-05 18:00 task
        """,
        reached_by="sms",
        rules=({"kind": "unconfirmed", "anchor": "deadline", "amount": 14},),
    ),
    Case(
        "a moment in the night with the deadline before the morning: just before the window closes",
        """
        03-15 12:00 pass_notice sms
        03-15 20:59 unconfirmed sms
        03-16 07:30 task
        """,
        passed="2026-03-15 12:00",
        first_day="2026-03-16 07:30",
        reached_by="sms",
        rules=({"kind": "unconfirmed", "anchor": "deadline", "amount": 8},),
        happens="03-15 12:30 extends 03-16 07:30",
    ),
]

WINDOWS = [
    Case(
        "a window that opens later from now on",
        """
        03-02 10:00 pass_notice sms
        03-13 11:00 three_days sms
        03-15 11:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-05 09:00 states_window 11:00 21:00
        """,
    ),
    Case(
        "a notice that waits for the morning waits for the new morning",
        "03-03 10:00 pass_notice sms",
        passed="2026-03-02 23:30",
        strategies=CALM,
        happens="""
        03-02 23:40 states_window 10:00 21:00
        03-03 10:30 declines
        """,
    ),
    Case(
        "a notice that waits goes out when the window is opened wide",
        "03-02 23:40 pass_notice sms",
        passed="2026-03-02 23:30",
        strategies=CALM,
        happens="""
        03-02 23:40 states_window 00:00 23:59
        03-02 23:50 declines
        """,
    ),
    Case(
        "weekends come to be left out",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-16 10:00 one_day sms
        03-17 07:00 the_day sms
        """,
        first_day="2026-03-17 09:00",
        happens="""
        03-02 10:30 confirms
        03-05 09:00 states_window 09:00 18:00 earlier
        """,
    ),
    Case(
        "other channels from now on",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days email
        03-15 10:00 one_day email
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-05 09:00 allows all email
        """,
    ),
]

AWAY = [
    Case(
        "the planner was away over a reminder's moment: it goes out when it is back",
        """
        03-02 10:00 pass_notice sms
        03-13 15:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-13 09:00 planner_stops
        03-13 15:00 planner_starts
        """,
    ),
    Case(
        "back in the evening: in the morning",
        """
        03-02 10:00 pass_notice sms
        03-14 08:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-13 09:00 planner_stops
        03-13 22:00 planner_starts
        """,
    ),
    Case(
        "back when the next reminder takes over: the old one is of no use",
        """
        03-02 10:00 pass_notice sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-13 09:00 planner_stops
        03-15 09:00 planner_starts
        """,
    ),
    Case(
        "back when all is over: nothing any more",
        "03-02 10:00 pass_notice sms",
        happens="""
        03-02 10:30 confirms
        03-13 09:00 planner_stops
        03-17 09:00 planner_starts
        """,
    ),
    Case(
        "back when all is over, and nobody had answered: HR's all the same",
        """
        03-02 10:00 pass_notice sms
        03-17 09:00 task
        """,
        reached_by="sms",
        happens="""
        03-02 11:00 planner_stops
        03-17 09:00 planner_starts
        """,
    ),
    Case(
        "two reminders of one kind were missed: it is said once",
        """
        03-02 10:00 pass_notice sms
        03-05 09:00 task
        03-05 09:00 unconfirmed sms
        """,
        reached_by="sms",
        happens="""
        03-02 11:00 opens
        03-03 12:00 planner_stops
        03-05 09:00 planner_starts
        """,
    ),
    Case(
        "workers go on while the planner is away: what a carrier refuses goes to the next channel",
        """
        03-02 10:00 pass_notice sms
        03-02 10:00 pass_notice wechat
        """,
        carriers={"sms": "refuses"},
        happens="""
        03-02 09:59 planner_stops
        03-02 12:00 declines
        """,
    ),
]

CASES = [*RULES, *WINDOWS, *AWAY]
