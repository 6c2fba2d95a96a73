"""Answers that come meanwhile, facts that move, another first day, more time, and signals that come late."""

from typing import Any

from tests.notifications.when import USUAL_STRATEGIES, Case, Rows

CONFIRMS = "03-02 10:30 confirms"
SILENCE_TOLD: Rows = (
    *USUAL_STRATEGIES,
    {"purpose": "hr_contact", "channels": ["sms", "email"], "urgent": True},
)
AT_ONCE: dict[str, Any] = {"latest_days": 30, "times": 1}

ANSWERS = [
    Case(
        "nobody ever reacts: every channel, three reminders, then it is HR's",
        """
        03-02 10:00 pass_notice sms
        03-02 12:00 pass_notice wechat
        03-02 14:00 pass_notice email
        03-02 16:00 pass_notice push
        03-03 10:00 unread sms
        03-04 10:00 unconfirmed sms
        03-04 18:00 unconfirmed sms
        03-05 06:00 task
        """,
    ),
    Case(
        "confirmed within the hour: only the first day is left to be reminded of",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens=CONFIRMS,
    ),
    Case(
        "declined: nothing any more, and no task",
        "03-02 10:00 pass_notice sms",
        happens="03-02 10:30 declines",
    ),
    Case(
        "confirmed a minute before a reminder: it is not sent",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        reached_by="sms",
        happens="03-03 09:59 confirms",
    ),
    Case(
        "opened but not answered: it was read, and is still to be confirmed",
        """
        03-02 10:00 pass_notice sms
        03-04 10:00 unconfirmed sms
        03-04 18:00 unconfirmed sms
        03-05 06:00 task
        """,
        reached_by="sms",
        happens="03-03 09:30 opens",
    ),
    Case(
        "declined, then confirmed: the reminders are back",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 declines
        03-04 09:00 confirms
        """,
    ),
    Case(
        "confirmed, then declined: nothing any more",
        "03-02 10:00 pass_notice sms",
        happens="""
        03-02 10:30 confirms
        03-04 09:00 declines
        """,
    ),
    Case(
        "declined while a reminder waits on a paused channel: it is not sent",
        "03-02 10:00 pass_notice sms",
        reached_by="sms",
        happens="""
        03-03 09:00 pauses sms
        03-03 11:00 declines
        03-03 12:00 resumes sms
        """,
    ),
    Case(
        "opened while the reminder to read waits on a paused channel: it is not sent",
        """
        03-02 10:00 pass_notice sms
        03-04 10:00 unconfirmed sms
        """,
        reached_by="sms",
        happens="""
        03-03 09:00 pauses sms
        03-03 11:00 opens
        03-03 12:00 resumes sms
        03-04 11:00 declines
        """,
    ),
    Case(
        "HR records a yes after the deadline: the reminders of the first day go out",
        """
        03-02 10:00 pass_notice sms
        03-03 10:00 unread sms
        03-04 10:00 unconfirmed sms
        03-04 18:00 unconfirmed sms
        03-05 06:00 task
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        reached_by="sms",
        happens="03-06 09:00 hr_confirms",
    ),
    Case(
        "HR records a no: nothing any more",
        """
        03-02 10:00 pass_notice sms
        03-03 10:00 unread sms
        """,
        reached_by="sms",
        happens="03-03 11:00 hr_declines",
    ),
    Case(
        "what HR writes goes to the next channel too where no receipt comes, long before any reminder",
        """
        03-02 10:00 pass_notice sms
        03-06 09:00 hr_contact sms
        03-06 13:00 hr_contact wechat
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-06 08:00 carrier sms silent
        03-06 09:00 writes sms
        03-06 10:00 carrier sms delivers
        """,
    ),
    Case(
        "what HR writes in the evening waits for the morning where its strategy is not urgent",
        """
        03-02 10:00 pass_notice sms
        03-07 08:00 hr_contact email
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-06 22:00 writes email
        """,
    ),
    Case(
        "what HR writes in the evening goes out at once where its strategy is urgent",
        """
        03-02 10:00 pass_notice sms
        03-06 22:00 hr_contact email
        """,
        strategies=SILENCE_TOLD,
        rules=(),
        happens="""
        03-02 10:30 confirms
        03-06 22:00 writes email
        """,
    ),
]

MOVED = [
    Case(
        "the platform moves the day forward: told at once, and all reminders move along",
        """
        03-02 10:00 pass_notice sms
        03-03 09:00 change_of_facts sms
        03-20 10:00 three_days sms
        03-22 10:00 one_day sms
        03-23 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 opens
        03-03 09:00 platform_moves 03-23 09:00
        03-04 09:00 confirms
        """,
    ),
    Case(
        "nobody answers after the day moved: the deadline moved along, and so did its reminder and the task",
        """
        03-02 10:00 pass_notice sms
        03-03 09:00 change_of_facts sms
        03-03 13:00 unread sms
        03-04 10:00 unconfirmed sms
        03-05 18:00 unconfirmed sms
        03-06 06:00 task
        """,
        reached_by="sms",
        happens="03-03 09:00 platform_moves 03-23 09:00",
    ),
    Case(
        "HR moves a confirmed day forward after the three-day reminder: said again for the new day",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-13 15:00 change_of_facts sms
        03-20 10:00 three_days sms
        03-22 10:00 one_day sms
        03-23 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-13 15:00 hr_moves 03-23 09:00
        03-13 16:00 confirms
        """,
    ),
    Case(
        "moved back inside the three days: the change tells what that reminder would",
        """
        03-02 10:00 pass_notice sms
        03-10 09:00 change_of_facts sms
        03-11 10:00 one_day sms
        03-12 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-10 09:00 hr_moves 03-12 09:00
        03-10 10:00 confirms
        """,
    ),
    Case(
        "moved back to two hours before the three-day mark: the change tells it",
        """
        03-02 10:00 pass_notice sms
        03-10 08:00 change_of_facts sms
        03-12 10:00 one_day sms
        03-13 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-10 08:00 hr_moves 03-13 09:00
        03-10 08:30 confirms
        """,
    ),
    Case(
        "moved back to five hours before the three-day mark: it is said",
        """
        03-02 10:00 pass_notice sms
        03-10 05:00 change_of_facts sms
        03-10 10:00 three_days sms
        03-12 10:00 one_day sms
        03-13 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-10 05:00 hr_moves 03-13 09:00
        03-10 08:30 confirms
        """,
    ),
    Case(
        "moved forward an hour before the one-day reminder: that day's is not sent",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 09:00 change_of_facts sms
        03-17 10:00 one_day sms
        03-18 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-15 09:00 hr_moves 03-18 09:00
        03-15 09:30 confirms
        """,
    ),
    Case(
        "moved while the three-day reminder waits for its receipt: its next channel is not used",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-13 11:00 change_of_facts sms
        03-22 10:00 three_days sms
        03-24 10:00 one_day sms
        03-25 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-13 09:00 carrier sms silent
        03-13 10:30 carrier sms delivers
        03-13 11:00 hr_moves 03-25 09:00
        03-13 11:30 confirms
        """,
    ),
    Case(
        "who had confirmed and does not react to the new day is reminded as after a notice, then it is HR's",
        """
        03-02 10:00 pass_notice sms
        03-10 09:00 change_of_facts sms
        03-11 09:00 unread sms
        03-12 09:00 unconfirmed sms
        03-12 18:00 unconfirmed sms
        03-13 06:00 task
        """,
        reached_by="sms",
        happens="""
        03-02 10:30 confirms
        03-10 09:00 hr_moves 03-23 09:00
        """,
    ),
    Case(
        "moved and moved back: told both times, reminded of the day that stands",
        """
        03-02 10:00 pass_notice sms
        03-10 09:00 change_of_facts sms
        03-11 09:00 change_of_facts sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-10 09:00 hr_moves 03-23 09:00
        03-11 09:00 hr_moves 03-16 09:00
        03-11 10:00 confirms
        """,
    ),
    Case(
        "moved twice while the channel is paused: told once, from the first to the last",
        """
        03-02 10:00 pass_notice sms
        03-10 12:00 change_of_facts sms
        03-21 10:00 three_days sms
        03-23 10:00 one_day sms
        03-24 07:00 the_day sms
        """,
        reached_by="sms",
        happens="""
        03-02 10:30 confirms
        03-10 08:00 pauses sms
        03-10 09:00 hr_moves 03-23 09:00
        03-10 10:00 hr_moves 03-24 09:00
        03-10 12:00 resumes sms
        03-10 12:30 confirms
        """,
    ),
    Case(
        "moved and moved back while the channel is paused: there is nothing to tell",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        reached_by="sms",
        happens="""
        03-02 10:30 confirms
        03-10 08:00 pauses sms
        03-10 09:00 hr_moves 03-23 09:00
        03-10 10:00 hr_moves 03-16 09:00
        03-10 12:00 resumes sms
        03-10 12:30 confirms
        """,
    ),
    Case(
        "another position is a change to be told, and moves no reminder",
        """
        03-02 10:00 pass_notice sms
        03-03 09:00 change_of_facts sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 opens
        03-03 09:00 platform_renames 客户经理
        03-03 10:00 confirms
        """,
    ),
    Case(
        "another branch, with no window of its own",
        """
        03-02 10:00 pass_notice sms
        03-05 22:00 change_of_facts sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-05 22:00 hr_sends_elsewhere
        03-05 23:00 confirms
        """,
    ),
]

WITHDRAWN = [
    Case(
        "withdrawn: told once, and nothing after it",
        """
        03-02 10:00 pass_notice sms
        03-03 09:00 withdrawal sms
        """,
        reached_by="sms",
        happens="03-03 09:00 platform_withdraws",
    ),
    Case(
        "withdrawn at night: told in the morning",
        """
        03-02 10:00 pass_notice sms
        03-03 08:00 withdrawal sms
        """,
        reached_by="sms",
        happens="03-02 22:30 platform_withdraws",
    ),
    Case(
        "withdrawn, and no receipt for it: the next channel, lest somebody comes in vain",
        """
        03-02 10:00 pass_notice sms
        03-02 12:00 pass_notice wechat
        03-03 09:00 withdrawal sms
        03-03 13:00 withdrawal wechat
        """,
        reached_by="sms wechat",
        carriers={"sms": "silent"},
        happens="03-03 09:00 platform_withdraws",
    ),
    Case(
        "withdrawn before the notice went out: nothing was said, and nothing is",
        "",
        passed="2026-03-02 23:30",
        strategies=({"purpose": "", "channels": ["sms"]},),
        happens="03-03 07:00 platform_withdraws",
    ),
    Case(
        "withdrawn and renewed: a notice anew, and the reminders",
        """
        03-02 10:00 pass_notice sms
        03-03 09:00 withdrawal sms
        03-04 09:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 11:00 opens
        03-03 09:00 platform_withdraws
        03-04 09:00 platform_renews
        03-04 10:00 confirms
        """,
    ),
]

DEFERRED = [
    Case(
        "granted at once: answered, and reminded of the new day",
        """
        03-02 10:00 pass_notice sms
        03-05 09:00 deferral_answered sms
        03-20 10:00 three_days sms
        03-22 10:00 one_day sms
        03-23 07:00 the_day sms
        """,
        policy=AT_ONCE,
        happens="""
        03-02 10:30 confirms
        03-05 09:00 asks 03-23
        """,
    ),
    Case(
        "granted at once after the three-day reminder: said again for the new day",
        """
        03-02 10:00 pass_notice sms
        03-03 10:00 three_days sms
        03-04 09:00 deferral_answered sms
        03-06 10:00 three_days sms
        03-08 10:00 one_day sms
        03-09 07:00 the_day sms
        """,
        first_day="2026-03-06 09:00",
        policy=AT_ONCE,
        happens="""
        03-02 10:30 confirms
        03-04 09:00 asks 03-09
        """,
    ),
    Case(
        "while HR decides nobody is reminded, and no task is made of it",
        """
        03-02 10:00 pass_notice sms
        03-06 09:00 deferral_answered sms
        03-20 10:00 three_days sms
        03-22 10:00 one_day sms
        03-23 07:00 the_day sms
        """,
        happens="""
        03-02 11:00 asks 03-23
        03-06 09:00 grants
        """,
    ),
    Case(
        "pending across the three-day mark, then granted: only the new day's reminders",
        """
        03-02 10:00 pass_notice sms
        03-14 09:00 deferral_answered sms
        03-20 10:00 three_days sms
        03-22 10:00 one_day sms
        03-23 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-05 09:00 asks 03-23
        03-14 09:00 grants
        """,
    ),
    Case(
        "pending across the three-day mark, then refused: what is left for the day that stands",
        """
        03-02 10:00 pass_notice sms
        03-14 09:00 deferral_answered sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-05 09:00 asks 03-23
        03-14 09:00 refuses
        """,
    ),
    Case(
        "refused before an answer: a day to answer, a reminder some hours later, then it is HR's",
        """
        03-02 10:00 pass_notice sms
        03-06 09:00 deferral_answered sms
        03-06 13:00 unconfirmed sms
        03-06 21:00 task
        """,
        reached_by="sms",
        happens="""
        03-02 11:00 asks 03-23
        03-06 09:00 refuses
        """,
    ),
    Case(
        "HR grants another day: the person is asked, and reminded of that day",
        """
        03-02 10:00 pass_notice sms
        03-06 09:00 deferral_answered sms
        03-22 10:00 three_days sms
        03-24 10:00 one_day sms
        03-25 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-05 09:00 asks 03-23
        03-06 09:00 grants 03-25
        03-06 10:00 confirms
        """,
    ),
    Case(
        "taken back: reminded of the answer again",
        """
        03-02 10:00 pass_notice sms
        03-04 10:00 unconfirmed sms
        03-04 18:00 unconfirmed sms
        03-05 06:00 task
        """,
        reached_by="sms",
        happens="""
        03-02 11:00 asks 03-23
        03-03 09:00 takes_back
        """,
    ),
    Case(
        "asked, then confirmed for the day that stands",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 11:00 asks 03-23
        03-03 09:00 confirms
        """,
    ),
    Case(
        "asked, then declined: nothing any more",
        "03-02 10:00 pass_notice sms",
        happens="""
        03-02 11:00 asks 03-23
        03-03 09:00 declines
        """,
    ),
    Case(
        "a second wish is HR's to decide, and refused: the first new day stands",
        """
        03-02 10:00 pass_notice sms
        03-05 09:00 deferral_answered sms
        03-06 15:00 deferral_answered sms
        03-20 10:00 three_days sms
        03-22 10:00 one_day sms
        03-23 07:00 the_day sms
        """,
        policy=AT_ONCE,
        happens="""
        03-02 10:30 confirms
        03-05 09:00 asks 03-23
        03-06 09:00 asks 03-30
        03-06 15:00 refuses
        """,
    ),
    Case(
        "HR moves the day while a wish is pending: the wish is over, the new day counts",
        """
        03-02 10:00 pass_notice sms
        03-06 09:00 change_of_facts sms
        03-21 10:00 three_days sms
        03-23 10:00 one_day sms
        03-24 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-05 09:00 asks 03-23
        03-06 09:00 hr_moves 03-24 09:00
        03-06 10:00 confirms
        """,
    ),
]

MORE_TIME = [
    Case(
        "more time before the task: the reminder before the deadline and the task move along",
        """
        03-02 10:00 pass_notice sms
        03-04 10:00 unconfirmed sms
        03-05 18:00 unconfirmed sms
        03-06 06:00 task
        """,
        reached_by="sms",
        happens="""
        03-02 11:00 opens
        03-04 09:00 extends 03-06 18:00
        """,
    ),
    Case(
        "more time after the task: reminded once more, and handed over once more",
        """
        03-02 10:00 pass_notice sms
        03-04 10:00 unconfirmed sms
        03-04 18:00 unconfirmed sms
        03-05 06:00 task
        03-08 18:00 unconfirmed sms
        03-09 06:00 task
        """,
        reached_by="sms",
        happens="""
        03-02 11:00 opens
        03-05 09:00 extends 03-09 18:00
        """,
    ),
    Case(
        "time until the first day itself: reminded of that day without an answer",
        """
        03-02 10:00 pass_notice sms
        03-04 10:00 unconfirmed sms
        03-04 18:00 unconfirmed sms
        03-05 06:00 task
        03-13 10:00 three_days sms
        03-15 09:00 unconfirmed sms
        03-15 10:00 one_day sms
        03-15 21:00 task
        03-16 07:00 the_day sms
        """,
        reached_by="sms",
        happens="""
        03-02 11:00 opens
        03-05 09:00 extends 03-16 09:00
        """,
    ),
]

LATE_SIGNALS = [
    Case(
        "four days before: all that is still to come",
        """
        03-12 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        passed="2026-03-12 10:00",
        happens="03-12 10:30 confirms",
    ),
    Case(
        "an hour before the three-day mark: the notice has just told it",
        """
        03-13 09:00 pass_notice sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        passed="2026-03-13 09:00",
        happens="03-13 09:30 confirms",
    ),
    Case(
        "two days before: the day before and the day",
        """
        03-14 10:00 pass_notice sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        passed="2026-03-14 10:00",
        happens="03-14 10:30 confirms",
    ),
    Case(
        "two days before, and nobody reacts: all of it in a day, then it is HR's",
        """
        03-14 10:00 pass_notice sms
        03-14 18:00 unconfirmed sms
        03-15 06:00 task
        03-15 10:00 one_day sms
        03-15 10:00 unread sms
        """,
        passed="2026-03-14 10:00",
        reached_by="sms",
    ),
    Case(
        "the morning of the day before: so little time that HR has it at once, and the morning of the first day",
        """
        03-15 09:00 pass_notice sms
        03-15 09:10 task
        03-16 07:00 the_day sms
        """,
        passed="2026-03-15 09:00",
        happens="03-15 09:30 confirms",
    ),
    Case(
        "the morning of the day before, and nobody reacts: HR's at the first look",
        """
        03-15 09:00 pass_notice sms
        03-15 09:10 task
        """,
        passed="2026-03-15 09:00",
        reached_by="sms",
    ),
    Case(
        "the evening of the day before: the morning of the first day",
        """
        03-15 20:00 pass_notice sms
        03-16 07:00 the_day sms
        """,
        passed="2026-03-15 20:00",
        happens="03-15 20:30 confirms",
    ),
    Case(
        "the evening of the day before, and nobody reacts: an answer counts until the hour itself",
        """
        03-15 20:00 pass_notice sms
        03-15 21:00 task
        03-16 07:00 the_day sms
        """,
        passed="2026-03-15 20:00",
        reached_by="sms",
    ),
    Case(
        "on the day itself: the notice, and HR knows",
        """
        03-16 06:00 pass_notice sms
        03-16 06:10 task
        """,
        passed="2026-03-16 06:00",
        happens="03-16 06:30 confirms",
    ),
    Case(
        "after the hour itself: nobody is told of a day that has begun, and HR knows",
        "03-16 10:10 task",
        passed="2026-03-16 10:00",
    ),
]

CASES = [*ANSWERS, *MOVED, *WITHDRAWN, *DEFERRED, *MORE_TIME, *LATE_SIGNALS]
