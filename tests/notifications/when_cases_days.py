"""At which hour and on which day: quiet hours, weekends, holidays and the weekends worked for them, time zones.

China's holidays of 2026: Spring Festival from 15 to 23 February (worked: Saturdays 14 and 28 February), Qingming from 4
to 6 April, May Day from 1 to 5 May (worked: Saturday 9 May), Mid-Autumn from 25 to 27 September, National Day from 1 to
7 October (worked: Sunday 20 September and Saturday 10 October).
"""

from datetime import time
from typing import Any

from tests.notifications.when import USUAL_RULES, Case, Rows

# Nothing is urgent, not even the first notice.
CALM: Rows = ({"purpose": "", "channels": ["wechat", "sms", "email", "push"]},)
OFFICE: dict[str, Any] = {"opens_at": time(9), "closes_at": time(18)}
SLOT = {"slot_from": time(15), "slot_to": time(17)}
# What falls on a day off goes out on the working day before it, in the afternoon.
EARLIER = {**OFFICE, **SLOT, "off_days": "earlier"}
EARLIER_SAME_TIME = {**OFFICE, "off_days": "earlier"}
LATER = {**OFFICE, "off_days": "later"}
LATER_SLOT = {**OFFICE, "off_days": "later", "slot_from": time(9, 30), "slot_to": time(11)}
WORKING: Rows = tuple(
    {**row, "working_days": True} if row["anchor"] == "first_day" else row for row in USUAL_RULES
)

QUIET_HOURS = [
    Case(
        "a signal at night: the notice is urgent and goes out at once",
        "03-02 23:30 pass_notice sms",
        passed="2026-03-02 23:30",
        happens="03-02 23:45 declines",
    ),
    Case(
        "a signal at night where the notice is not urgent: the next morning",
        """
        03-03 08:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 08:00 the_day sms
        """,
        passed="2026-03-02 23:30",
        strategies=CALM,
        happens="03-03 09:00 confirms",
    ),
    Case(
        "a signal before the window opens: the same morning",
        "03-02 08:00 pass_notice sms",
        passed="2026-03-02 05:30",
        strategies=CALM,
        happens="03-02 08:30 declines",
    ),
    Case(
        "the minute before the window closes is in it",
        "03-02 20:59 pass_notice sms",
        passed="2026-03-02 20:59",
        strategies=CALM,
        happens="03-02 21:30 declines",
    ),
    Case(
        "the minute at which it closes is not",
        "03-03 08:00 pass_notice sms",
        passed="2026-03-02 21:00",
        strategies=CALM,
        happens="03-03 08:30 declines",
    ),
    Case(
        "an urgent notice that nobody opens goes to the next channel at night as well",
        """
        03-02 22:30 pass_notice sms
        03-03 00:30 pass_notice wechat
        """,
        passed="2026-03-02 22:30",
        happens="03-03 01:00 declines",
    ),
    Case(
        "a reminder that falls into the night goes out when the window opens",
        """
        03-02 22:00 pass_notice sms
        03-04 08:00 unread sms
        03-04 18:00 unconfirmed sms
        03-05 06:00 task
        03-05 08:00 unconfirmed sms
        """,
        passed="2026-03-02 22:00",
        reached_by="sms",
    ),
    Case(
        "no window stated: at any hour",
        """
        03-02 22:00 pass_notice sms
        03-03 22:00 unread sms
        03-04 18:00 unconfirmed sms
        03-04 22:00 unconfirmed sms
        03-05 06:00 task
        """,
        passed="2026-03-02 22:00",
        reached_by="sms",
        window=None,
    ),
    Case(
        "read while the reminder waited for the morning: it is not sent",
        """
        03-02 22:00 pass_notice sms
        03-04 18:00 unconfirmed sms
        """,
        passed="2026-03-02 22:00",
        reached_by="sms",
        happens="""
        03-04 07:00 opens
        03-04 19:00 declines
        """,
    ),
]

WEEKENDS = [
    Case(
        "a day off counts as any other day where nothing else is stated",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        window=OFFICE,
        happens="03-02 10:30 confirms",
    ),
    Case(
        "Sunday's reminder goes out on Friday afternoon",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-13 15:00 one_day sms
        03-16 07:00 the_day sms
        """,
        window=EARLIER,
        happens="03-02 10:30 confirms",
    ),
    Case(
        "Saturday's reminder goes out on Friday afternoon",
        """
        03-02 10:00 pass_notice sms
        03-13 15:00 three_days sms
        03-16 10:00 one_day sms
        03-17 07:00 the_day sms
        """,
        first_day="2026-03-17 09:00",
        window=EARLIER,
        happens="03-02 10:30 confirms",
    ),
    Case(
        "Saturday's reminder goes out on Friday at its own time where no afternoon is stated",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-16 10:00 one_day sms
        03-17 07:00 the_day sms
        """,
        first_day="2026-03-17 09:00",
        window=EARLIER_SAME_TIME,
        happens="03-02 10:30 confirms",
    ),
    Case(
        "a first day on a Saturday: its morning is urgent",
        """
        03-02 10:00 pass_notice sms
        03-11 10:00 three_days sms
        03-13 10:00 one_day sms
        03-14 07:00 the_day sms
        """,
        first_day="2026-03-14 09:00",
        window=EARLIER,
        happens="03-02 10:30 confirms",
    ),
    Case(
        "a first day on a Saturday where its morning is not urgent: there is no hour for it",
        """
        03-02 10:00 pass_notice sms
        03-11 10:00 three_days sms
        03-13 10:00 one_day sms
        """,
        first_day="2026-03-14 09:00",
        strategies=CALM,
        window=EARLIER,
        happens="03-02 10:30 confirms",
    ),
    Case(
        "later: Sunday's reminder goes out on Monday when the window opens",
        """
        03-02 10:00 pass_notice sms
        03-16 09:00 three_days sms
        03-17 10:00 one_day sms
        03-18 07:00 the_day sms
        """,
        first_day="2026-03-18 09:00",
        window=LATER,
        happens="03-02 10:30 confirms",
    ),
    Case(
        "later, at the stated time of the morning",
        """
        03-02 10:00 pass_notice sms
        03-16 09:30 three_days sms
        03-17 10:00 one_day sms
        03-18 07:00 the_day sms
        """,
        first_day="2026-03-18 09:00",
        window=LATER_SLOT,
        happens="03-02 10:30 confirms",
    ),
    Case(
        "later would be too late: then on the Friday before",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-16 10:00 one_day sms
        03-17 07:00 the_day sms
        """,
        first_day="2026-03-17 09:00",
        window=LATER,
        happens="03-02 10:30 confirms",
    ),
    Case(
        "later: three reminders of one weekend come to one Monday morning, none of them twice",
        """
        03-06 10:00 pass_notice sms
        03-09 06:00 task
        03-09 09:00 unconfirmed sms
        03-09 09:00 unread sms
        """,
        passed="2026-03-06 10:00",
        reached_by="sms",
        window=LATER,
    ),
    Case(
        "earlier: what is counted from the notice cannot come before it, and goes out on Monday",
        """
        03-06 10:00 pass_notice sms
        03-06 15:00 unconfirmed sms
        03-09 06:00 task
        03-09 09:00 unconfirmed sms
        03-09 09:00 unread sms
        """,
        passed="2026-03-06 10:00",
        reached_by="sms",
        window=EARLIER,
    ),
    Case(
        "earlier, but the notice went out after that afternoon: nothing before it",
        """
        03-13 16:00 pass_notice sms
        03-16 10:00 one_day sms
        03-17 07:00 the_day sms
        """,
        passed="2026-03-13 16:00",
        first_day="2026-03-17 09:00",
        window=EARLIER,
        happens="03-13 16:30 confirms",
    ),
]

SPRING_FESTIVAL = [
    Case(
        "the first day after Spring Festival: both reminders on the worked Saturday before it",
        """
        02-05 10:00 pass_notice sms
        02-14 15:00 one_day sms
        02-14 15:00 three_days sms
        02-24 07:00 the_day sms
        """,
        passed="2026-02-05 10:00",
        first_day="2026-02-24 09:00",
        window=EARLIER,
        happens="02-05 10:30 confirms",
    ),
    Case(
        "later would be after the festival and too late: on the worked Saturday at their own time",
        """
        02-05 10:00 pass_notice sms
        02-14 10:00 one_day sms
        02-14 10:00 three_days sms
        02-24 07:00 the_day sms
        """,
        passed="2026-02-05 10:00",
        first_day="2026-02-24 09:00",
        window=LATER,
        happens="02-05 10:30 confirms",
    ),
    Case(
        "counted in working days over Spring Festival, the worked Saturday among them",
        """
        02-05 10:00 pass_notice sms
        02-12 10:00 three_days sms
        02-14 10:00 one_day sms
        02-24 07:00 the_day sms
        """,
        passed="2026-02-05 10:00",
        first_day="2026-02-24 09:00",
        rules=WORKING,
        happens="02-05 10:30 confirms",
    ),
    Case(
        "the Saturday worked after Spring Festival is a day like any other",
        """
        02-10 10:00 pass_notice sms
        02-28 10:00 three_days sms
        03-02 10:00 one_day sms
        03-03 07:00 the_day sms
        """,
        passed="2026-02-10 10:00",
        first_day="2026-03-03 09:00",
        window=EARLIER,
        happens="02-10 10:30 confirms",
    ),
    Case(
        "the Sunday after the worked Saturday goes out on that Saturday, not on Friday",
        """
        02-10 10:00 pass_notice sms
        02-27 10:00 three_days sms
        02-28 15:00 one_day sms
        03-02 07:00 the_day sms
        """,
        passed="2026-02-10 10:00",
        first_day="2026-03-02 09:00",
        window=EARLIER,
        happens="02-10 10:30 confirms",
    ),
    Case(
        "passed in the middle of Spring Festival: the notice at once, no reminder before work, the task in time",
        """
        02-17 10:00 pass_notice sms
        02-20 06:00 task
        """,
        passed="2026-02-17 10:00",
        reached_by="sms",
        window=LATER,
    ),
    Case(
        "a notice that is not urgent waits for the end of Spring Festival",
        """
        02-24 09:00 pass_notice sms
        03-13 10:00 three_days sms
        03-16 09:00 the_day sms
        """,
        passed="2026-02-22 10:00",
        first_day="2026-03-16 10:00",
        strategies=CALM,
        rules=tuple(row for row in USUAL_RULES if row["kind"] != "one_day"),
        window=LATER,
        happens="02-24 10:00 confirms",
    ),
    Case(
        "a notice that is not urgent may come when its deadline is over: HR has the task by then",
        """
        02-17 06:00 task
        02-24 09:00 pass_notice sms
        """,
        passed="2026-02-14 19:00",
        strategies=CALM,
        window=LATER,
    ),
]

OTHER_HOLIDAYS = [
    Case(
        "the first day after National Day: both reminders on the last afternoon of September",
        """
        09-14 10:00 pass_notice sms
        09-30 15:00 one_day sms
        09-30 15:00 three_days sms
        10-08 07:00 the_day sms
        """,
        passed="2026-09-14 10:00",
        first_day="2026-10-08 09:00",
        window=EARLIER,
        happens="09-14 10:30 confirms",
    ),
    Case(
        "counted in working days over National Day",
        """
        09-14 10:00 pass_notice sms
        09-28 10:00 three_days sms
        09-30 10:00 one_day sms
        10-08 07:00 the_day sms
        """,
        passed="2026-09-14 10:00",
        first_day="2026-10-08 09:00",
        rules=WORKING,
        happens="09-14 10:30 confirms",
    ),
    Case(
        "the Saturday worked after National Day takes over Sunday's reminder",
        """
        09-14 10:00 pass_notice sms
        10-09 10:00 three_days sms
        10-10 15:00 one_day sms
        10-12 07:00 the_day sms
        """,
        passed="2026-09-14 10:00",
        first_day="2026-10-12 09:00",
        window=EARLIER,
        happens="09-14 10:30 confirms",
    ),
    Case(
        "a reminder that falls on the Saturday worked after National Day stays there",
        """
        09-14 10:00 pass_notice sms
        10-10 10:00 three_days sms
        10-12 10:00 one_day sms
        10-13 07:00 the_day sms
        """,
        passed="2026-09-14 10:00",
        first_day="2026-10-13 09:00",
        window=EARLIER,
        happens="09-14 10:30 confirms",
    ),
    Case(
        "a reminder that falls on the Sunday worked before National Day stays there",
        """
        09-07 10:00 pass_notice sms
        09-20 10:00 three_days sms
        09-22 10:00 one_day sms
        09-23 07:00 the_day sms
        """,
        passed="2026-09-07 10:00",
        first_day="2026-09-23 09:00",
        window=EARLIER,
        happens="09-07 10:30 confirms",
    ),
    Case(
        "a worked Sunday as the first day: Friday is its day before, counted in working days",
        """
        09-07 10:00 pass_notice sms
        09-16 10:00 three_days sms
        09-18 10:00 one_day sms
        09-20 07:00 the_day sms
        """,
        passed="2026-09-07 10:00",
        first_day="2026-09-20 09:00",
        rules=WORKING,
        happens="09-07 10:30 confirms",
    ),
    Case(
        "Mid-Autumn is off, though its Friday looks like a working day",
        """
        09-07 10:00 pass_notice sms
        09-24 15:00 three_days sms
        09-28 10:00 one_day sms
        09-29 07:00 the_day sms
        """,
        passed="2026-09-07 10:00",
        first_day="2026-09-29 09:00",
        window=EARLIER,
        happens="09-07 10:30 confirms",
    ),
    Case(
        "Qingming's Monday is off: later is the Tuesday",
        """
        03-16 10:00 pass_notice sms
        04-07 09:00 three_days sms
        04-08 10:00 one_day sms
        04-09 07:00 the_day sms
        """,
        passed="2026-03-16 10:00",
        first_day="2026-04-09 09:00",
        window=LATER,
        happens="03-16 10:30 confirms",
    ),
    Case(
        "Qingming's Sunday: earlier is the Friday",
        """
        03-16 10:00 pass_notice sms
        04-03 15:00 three_days sms
        04-07 10:00 one_day sms
        04-08 07:00 the_day sms
        """,
        passed="2026-03-16 10:00",
        first_day="2026-04-08 09:00",
        window=EARLIER,
        happens="03-16 10:30 confirms",
    ),
    Case(
        "after May Day a worked Saturday again",
        """
        04-20 10:00 pass_notice sms
        05-08 10:00 three_days sms
        05-09 15:00 one_day sms
        05-11 07:00 the_day sms
        """,
        passed="2026-04-20 10:00",
        first_day="2026-05-11 09:00",
        window=EARLIER,
        happens="04-20 10:30 confirms",
    ),
    Case(
        "counted in working days over May Day's worked Saturday",
        """
        04-20 10:00 pass_notice sms
        05-07 10:00 three_days sms
        05-09 10:00 one_day sms
        05-11 07:00 the_day sms
        """,
        passed="2026-04-20 10:00",
        first_day="2026-05-11 09:00",
        rules=WORKING,
        happens="04-20 10:30 confirms",
    ),
    Case(
        "a year whose calendar is not known: Monday to Friday, so New Year's Day counts as worked",
        """
        12-21 10:00 pass_notice sms
        01-01 15:00 three_days sms
        01-04 10:00 one_day sms
        01-05 07:00 the_day sms
        """,
        passed="2026-12-21 10:00",
        first_day="2027-01-05 09:00",
        window=EARLIER,
        happens="12-21 10:30 confirms",
    ),
    Case(
        "a year whose calendar is not known, with the day stated by hand",
        """
        12-21 10:00 pass_notice sms
        12-31 15:00 three_days sms
        01-04 10:00 one_day sms
        01-05 07:00 the_day sms
        """,
        passed="2026-12-21 10:00",
        first_day="2027-01-05 09:00",
        window=EARLIER,
        days={"2027-01-01": False},
        happens="12-21 10:30 confirms",
    ),
]

STATED_DAYS = [
    Case(
        "a Friday that is stated as off",
        """
        03-02 10:00 pass_notice sms
        03-12 15:00 one_day sms
        03-12 15:00 three_days sms
        03-16 07:00 the_day sms
        """,
        window=EARLIER,
        days={"2026-03-13": False},
        happens="03-02 10:30 confirms",
    ),
    Case(
        "a Saturday that is stated as worked",
        """
        03-02 10:00 pass_notice sms
        03-14 10:00 three_days sms
        03-16 10:00 one_day sms
        03-17 07:00 the_day sms
        """,
        first_day="2026-03-17 09:00",
        window=EARLIER,
        days={"2026-03-14": True},
        happens="03-02 10:30 confirms",
    ),
    Case(
        "a holiday that the branch works",
        """
        09-14 10:00 pass_notice sms
        09-30 15:00 three_days sms
        10-07 10:00 one_day sms
        10-08 07:00 the_day sms
        """,
        passed="2026-09-14 10:00",
        first_day="2026-10-08 09:00",
        window=EARLIER,
        days={"2026-10-07": True},
        happens="09-14 10:30 confirms",
    ),
    Case(
        "a day off that is stated while its reminder is still to come",
        """
        03-02 10:00 pass_notice sms
        03-13 15:00 three_days sms
        03-18 10:00 one_day sms
        03-19 07:00 the_day sms
        """,
        first_day="2026-03-19 09:00",
        window=EARLIER,
        happens="""
        03-02 10:30 confirms
        03-10 09:00 states_day 03-16 off
        """,
    ),
    Case(
        "a day off that is stated when the afternoon before it is over: on the next working morning",
        """
        03-02 10:00 pass_notice sms
        03-17 09:00 three_days sms
        03-18 10:00 one_day sms
        03-19 07:00 the_day sms
        """,
        first_day="2026-03-19 09:00",
        window=EARLIER,
        happens="""
        03-02 10:30 confirms
        03-14 12:00 states_day 03-16 off
        """,
    ),
    Case(
        "a day off that is stated after the reminder went out: not once more",
        """
        03-02 10:00 pass_notice sms
        03-16 10:00 three_days sms
        03-18 10:00 one_day sms
        03-19 07:00 the_day sms
        """,
        first_day="2026-03-19 09:00",
        window=EARLIER,
        happens="""
        03-02 10:30 confirms
        03-16 12:00 states_day 03-16 off
        """,
    ),
]

ZONES = [
    Case(
        "Hong Kong keeps Monday to Friday, and works through National Day's week",
        """
        09-14 10:00 pass_notice sms
        10-05 10:00 three_days sms
        10-07 10:00 one_day sms
        10-08 07:00 the_day sms
        """,
        passed="2026-09-14 10:00",
        first_day="2026-10-08 09:00",
        zone="Asia/Hong_Kong",
        calendar="weekdays",
        window=EARLIER,
        happens="09-14 10:30 confirms",
    ),
    Case(
        "London, where the clocks go forward on the day before",
        """
        03-16 10:00 pass_notice sms
        03-27 10:00 three_days sms
        03-29 10:00 one_day sms
        03-30 07:00 the_day sms
        """,
        passed="2026-03-16 10:00",
        first_day="2026-03-30 09:00",
        zone="Europe/London",
        calendar="weekdays",
        happens="03-16 10:30 confirms",
    ),
    Case(
        "London, where the clocks go back on the day before",
        """
        10-12 10:00 pass_notice sms
        10-23 10:00 three_days sms
        10-25 10:00 one_day sms
        10-26 07:00 the_day sms
        """,
        passed="2026-10-12 10:00",
        first_day="2026-10-26 09:00",
        zone="Europe/London",
        calendar="weekdays",
        happens="10-12 10:30 confirms",
    ),
    Case(
        "New York, where the clocks go forward on the day before",
        """
        02-23 10:00 pass_notice sms
        03-06 10:00 three_days sms
        03-08 10:00 one_day sms
        03-09 07:00 the_day sms
        """,
        passed="2026-02-23 10:00",
        first_day="2026-03-09 09:00",
        zone="America/New_York",
        calendar="weekdays",
        happens="02-23 10:30 confirms",
    ),
    Case(
        "New York, where the clocks go back on the day before",
        """
        10-19 10:00 pass_notice sms
        10-30 10:00 three_days sms
        11-01 10:00 one_day sms
        11-02 07:00 the_day sms
        """,
        passed="2026-10-19 10:00",
        first_day="2026-11-02 09:00",
        zone="America/New_York",
        calendar="weekdays",
        happens="10-19 10:30 confirms",
    ),
    Case(
        "hours after the notice are hours, also over a night that has one less",
        """
        03-28 10:00 pass_notice sms
        03-29 11:00 unread sms
        03-30 11:00 unconfirmed sms
        03-30 18:00 unconfirmed sms
        03-31 06:00 task
        """,
        passed="2026-03-28 10:00",
        first_day="2026-04-13 09:00",
        zone="Europe/London",
        calendar="weekdays",
        reached_by="sms",
    ),
    Case(
        "hours after the notice are hours, also over a night that has one more",
        """
        10-24 10:00 pass_notice sms
        10-25 09:00 unread sms
        10-26 09:00 unconfirmed sms
        10-26 18:00 unconfirmed sms
        10-27 06:00 task
        """,
        passed="2026-10-24 10:00",
        first_day="2026-11-09 09:00",
        zone="Europe/London",
        calendar="weekdays",
        reached_by="sms",
    ),
    Case(
        "a window that opens at an hour that does not exist opens after it",
        "03-08 03:30 pass_notice sms",
        passed="2026-03-08 01:00",
        first_day="2026-03-23 09:00",
        zone="America/New_York",
        calendar="weekdays",
        strategies=CALM,
        window={"opens_at": time(2, 30), "closes_at": time(21)},
        happens="03-08 04:00 declines",
    ),
    Case(
        "a window that opens at an hour that comes twice opens the first time",
        "11-01 01:30 pass_notice sms",
        passed="2026-11-01 00:30",
        first_day="2026-11-16 09:00",
        zone="America/New_York",
        calendar="weekdays",
        strategies=CALM,
        window={"opens_at": time(1, 30), "closes_at": time(21)},
        happens="11-01 04:00 declines",
    ),
    Case(
        "moved to a branch in another time zone: the reminders keep that branch's clocks",
        """
        03-02 10:00 pass_notice sms
        03-05 12:00 change_of_facts sms
        03-13 22:00 three_days sms
        03-15 22:00 one_day sms
        03-16 19:00 the_day sms
        """,
        first_day="2026-03-16 21:00",
        elsewhere="America/New_York",
        happens="""
        03-02 10:30 confirms
        03-05 12:00 hr_sends_elsewhere
        03-05 13:00 confirms
        """,
    ),
]

CASES = [
    *QUIET_HOURS,
    *WEEKENDS,
    *SPRING_FESTIVAL,
    *OTHER_HOLIDAYS,
    *STATED_DAYS,
    *ZONES,
]
