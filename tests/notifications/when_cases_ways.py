"""By which channel: segments, preferences, the branch's choice, and what becomes of a message on its way."""

from tests.notifications.when import USUAL_WINDOW, Case, Rows

# Answered at once, so that only the first notice and the reminders of the first day go out.
CONFIRMS = "03-02 10:30 confirms"
CAMPUS = {"category": {"is": ["campus"]}}

BY_CATEGORY: Rows = (
    {"purpose": "", "channels": ["sms", "email"]},
    {"purpose": "", "condition": CAMPUS, "channels": ["push", "sms"]},
)
BY_PURPOSE_AND_CATEGORY: Rows = (
    {"purpose": "", "condition": CAMPUS, "channels": ["push"]},
    {"purpose": "pass_notice", "channels": ["email"], "urgent": True},
)
BOTH_AT_ONCE: Rows = (
    {"purpose": "", "channels": ["wechat", "sms", "email", "push"]},
    {
        "purpose": "pass_notice",
        "channels": ["wechat", "sms", "email", "push"],
        "on_two": True,
        "no_receipt_minutes": 120,
        "urgent": True,
    },
)
ONE_A_DAY = {**USUAL_WINDOW, "messages_a_day": 1}

SEGMENTS = [
    Case(
        "a strategy for campus candidates counts before the one for everybody",
        """
        03-02 10:00 pass_notice push
        03-13 10:00 three_days push
        03-15 10:00 one_day push
        03-16 08:00 the_day push
        """,
        prefers="",
        category="campus",
        strategies=BY_CATEGORY,
        happens=CONFIRMS,
    ),
    Case(
        "everybody else gets the one for everybody",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 08:00 the_day sms
        """,
        prefers="",
        strategies=BY_CATEGORY,
        happens=CONFIRMS,
    ),
    Case(
        "a strategy for the branch's city",
        """
        03-02 10:00 pass_notice email
        03-13 10:00 three_days email
        03-15 10:00 one_day email
        03-16 08:00 the_day email
        """,
        prefers="",
        strategies=(
            {"purpose": "", "channels": ["sms"]},
            {"purpose": "", "condition": {"city": {"is": ["北京"]}}, "channels": ["email"]},
        ),
        happens=CONFIRMS,
    ),
    Case(
        "a strategy for a position",
        """
        03-02 10:00 pass_notice wechat
        03-13 10:00 three_days wechat
        03-15 10:00 one_day wechat
        03-16 08:00 the_day wechat
        """,
        prefers="",
        strategies=(
            {"purpose": "", "channels": ["sms"]},
            {"purpose": "", "condition": {"position": {"is": ["TELLER"]}}, "channels": ["wechat"]},
        ),
        happens=CONFIRMS,
    ),
    Case(
        "a strategy for another position says nothing",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 08:00 the_day sms
        """,
        prefers="",
        position="MANAGER",
        strategies=(
            {"purpose": "", "channels": ["sms"]},
            {"purpose": "", "condition": {"position": {"is": ["TELLER"]}}, "channels": ["wechat"]},
        ),
        happens=CONFIRMS,
    ),
    Case(
        "a strategy for who has no phone on file",
        """
        03-02 10:00 pass_notice push
        03-13 10:00 three_days push
        03-15 10:00 one_day push
        03-16 08:00 the_day push
        """,
        prefers="",
        reached_by="email push",
        strategies=(
            {"purpose": "", "channels": ["sms", "email"]},
            {"purpose": "", "condition": {"has": {"not": ["phone"]}}, "channels": ["push", "email"]},
        ),
        happens=CONFIRMS,
    ),
    Case(
        "a purpose's own strategy counts before one of the segment for every purpose",
        """
        03-02 10:00 pass_notice email
        03-13 10:00 three_days push
        03-15 10:00 one_day push
        03-16 08:00 the_day push
        """,
        prefers="",
        category="campus",
        strategies=BY_PURPOSE_AND_CATEGORY,
        happens=CONFIRMS,
    ),
    Case(
        "of one purpose's strategies the segment's own counts",
        "03-02 10:00 pass_notice push",
        prefers="",
        category="intern",
        strategies=(
            {"purpose": "pass_notice", "channels": ["email"]},
            {
                "purpose": "pass_notice",
                "condition": {"category": {"is": ["intern"]}},
                "channels": ["push"],
            },
        ),
        happens="03-02 10:30 declines",
    ),
]

PREFERENCES = [
    Case(
        "the preferred channel comes first, whatever headquarters' order",
        """
        03-02 10:00 pass_notice push
        03-13 10:00 three_days push
        03-15 10:00 one_day push
        03-16 07:00 the_day push
        """,
        prefers="push",
        happens=CONFIRMS,
    ),
    Case(
        "of two preferred channels the first",
        """
        03-02 10:00 pass_notice email
        03-13 10:00 three_days email
        03-15 10:00 one_day email
        03-16 07:00 the_day email
        """,
        prefers="email sms",
        happens=CONFIRMS,
    ),
    Case(
        "nothing preferred: headquarters' order",
        """
        03-02 10:00 pass_notice wechat
        03-13 10:00 three_days wechat
        03-15 10:00 one_day wechat
        03-16 07:00 the_day wechat
        """,
        prefers="",
        happens=CONFIRMS,
    ),
    Case(
        "a preferred channel without an address is no way",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        prefers="push",
        reached_by="sms email",
        happens=CONFIRMS,
    ),
    Case(
        "a preferred channel that is not allowed for a purpose is not used for it",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days wechat
        03-15 10:00 one_day wechat
        03-16 08:00 the_day wechat
        """,
        prefers="wechat",
        strategies=(
            {"purpose": "", "channels": ["wechat", "sms", "email", "push"]},
            {"purpose": "pass_notice", "channels": ["sms", "email"], "urgent": True},
        ),
        happens=CONFIRMS,
    ),
    Case(
        "no strategy is stated at all: the first that reaches the person, within the window",
        "03-03 08:00 pass_notice sms",
        passed="2026-03-02 23:00",
        prefers="",
        strategies=(),
        rules=(),
        happens="03-03 08:30 declines",
    ),
]

BRANCHES = [
    Case(
        "the branch's order counts before headquarters'",
        """
        03-02 10:00 pass_notice email
        03-13 10:00 three_days email
        03-15 10:00 one_day email
        03-16 07:00 the_day email
        """,
        prefers="",
        branch_channels="email sms",
        happens=CONFIRMS,
    ),
    Case(
        "the candidate's preference counts before the branch's order",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        branch_channels="email sms",
        happens=CONFIRMS,
    ),
    Case(
        "what the branch does not use is not used, preferred or not",
        """
        03-02 10:00 pass_notice email
        03-13 10:00 three_days email
        03-15 10:00 one_day email
        03-16 07:00 the_day email
        """,
        branch_channels="email",
        happens=CONFIRMS,
    ),
    Case(
        "a branch that chose only what headquarters no longer allows sends as headquarters says",
        """
        03-02 10:00 pass_notice email
        03-13 10:00 three_days email
        03-15 10:00 one_day email
        03-16 08:00 the_day email
        """,
        prefers="",
        branch_channels="push",
        strategies=({"purpose": "", "channels": ["email", "sms"]},),
        happens=CONFIRMS,
    ),
]

ON_THE_WAY = [
    Case(
        "refused: the next channel at once, every time anew",
        """
        03-02 10:00 pass_notice sms
        03-02 10:00 pass_notice wechat
        03-13 10:00 three_days sms
        03-13 10:00 three_days wechat
        03-15 10:00 one_day sms
        03-15 10:00 one_day wechat
        03-16 07:00 the_day sms
        03-16 07:00 the_day wechat
        """,
        carriers={"sms": "refuses"},
        happens=CONFIRMS,
    ),
    Case(
        "two channels refuse one after the other",
        """
        03-02 10:00 pass_notice email
        03-02 10:00 pass_notice sms
        03-02 10:00 pass_notice wechat
        """,
        carriers={"sms": "refuses", "wechat": "refuses"},
        happens="03-02 10:30 declines",
    ),
    Case(
        "undelivered: the next channel when the receipt says so",
        """
        03-02 10:00 pass_notice sms
        03-02 10:03 pass_notice wechat
        03-13 10:00 three_days sms
        03-13 10:03 three_days wechat
        03-15 10:00 one_day sms
        03-15 10:03 one_day wechat
        03-16 07:00 the_day sms
        03-16 07:03 the_day wechat
        """,
        carriers={"sms": "undelivers"},
        happens=CONFIRMS,
    ),
    Case(
        "a mail that comes back after its delivery goes to the next channel",
        """
        03-02 10:00 pass_notice email
        03-02 10:03 pass_notice wechat
        """,
        prefers="email",
        carriers={"email": "bounces"},
        happens="03-02 10:30 declines",
    ),
    Case(
        "no receipt: the next channel after the stated time",
        """
        03-02 10:00 pass_notice sms
        03-02 12:00 pass_notice wechat
        03-13 10:00 three_days sms
        03-13 14:00 three_days wechat
        03-15 10:00 one_day sms
        03-15 14:00 one_day wechat
        03-16 07:00 the_day sms
        """,
        carriers={"sms": "silent"},
        happens="03-02 12:30 confirms",
    ),
    Case(
        "no receipt, but the page was opened since: it did arrive",
        "03-02 10:00 pass_notice sms",
        carriers={"sms": "silent"},
        happens="""
        03-02 10:30 opens
        03-02 12:30 declines
        """,
    ),
    Case(
        "no receipt from mail says nothing: its carrier never tells",
        """
        03-02 10:00 pass_notice email
        03-13 10:00 three_days email
        03-15 10:00 one_day email
        03-16 07:00 the_day email
        """,
        prefers="email",
        carriers={"email": "silent"},
        happens=CONFIRMS,
    ),
    Case(
        "delivered and not opened: the next channel after the stated time",
        """
        03-02 10:00 pass_notice sms
        03-02 12:00 pass_notice wechat
        """,
        happens="03-02 12:30 declines",
    ),
    Case(
        "opened in time: no other channel, and later no reminder to read it",
        """
        03-02 10:00 pass_notice sms
        03-04 10:00 unconfirmed sms
        """,
        happens="""
        03-02 11:59 opens
        03-04 11:00 declines
        """,
    ),
    Case(
        "whether it was opened is counted from the delivery",
        """
        03-02 10:00 pass_notice sms
        03-02 13:00 pass_notice wechat
        """,
        carriers={"sms": "late 60"},
        happens="03-02 13:30 declines",
    ),
    Case(
        "a receipt that comes too late finds the next channel used already",
        """
        03-02 10:00 pass_notice sms
        03-02 12:00 pass_notice wechat
        """,
        carriers={"sms": "late 180"},
        happens="03-02 13:30 declines",
    ),
    Case(
        "all channels refuse: nobody is reminded of what nobody was told, and HR gets the task",
        """
        03-02 10:00 pass_notice email
        03-02 10:00 pass_notice push
        03-02 10:00 pass_notice sms
        03-02 10:00 pass_notice wechat
        03-05 06:00 task
        """,
        carriers=dict.fromkeys(["sms", "wechat", "email", "push"], "refuses"),
    ),
    Case(
        "one channel only: nothing takes over",
        """
        03-02 10:00 pass_notice sms
        03-03 10:00 unread sms
        03-04 10:00 unconfirmed sms
        03-04 18:00 unconfirmed sms
        03-05 06:00 task
        """,
        reached_by="sms",
    ),
    Case(
        "a reminder without a receipt goes to the next channel too, within the window",
        """
        03-02 10:00 pass_notice sms
        03-02 12:00 pass_notice wechat
        03-03 10:00 unread sms
        03-04 10:00 unconfirmed sms
        03-04 14:00 unconfirmed wechat
        03-04 18:00 unconfirmed sms
        03-05 06:00 task
        03-05 08:00 unconfirmed wechat
        """,
        reached_by="sms wechat",
        happens="""
        03-03 09:00 carrier sms silent
        03-03 10:30 opens
        """,
    ),
    Case(
        "a carrier that asks for half an hour gets it",
        """
        03-02 10:30 pass_notice sms
        03-13 10:30 three_days sms
        03-15 10:30 one_day sms
        03-16 07:30 the_day sms
        """,
        carriers={"sms": "busy 30"},
        happens="03-02 10:45 confirms",
    ),
]

TWO_AT_ONCE = [
    Case(
        "what must not be missed goes out on two channels, and needs no third",
        """
        03-02 10:00 pass_notice sms
        03-02 10:00 pass_notice wechat
        """,
        strategies=BOTH_AT_ONCE,
        happens="03-02 18:00 declines",
    ),
    Case(
        "two at once, one refused: the other is enough",
        """
        03-02 10:00 pass_notice sms
        03-02 10:00 pass_notice wechat
        """,
        strategies=BOTH_AT_ONCE,
        carriers={"sms": "refuses"},
        happens="03-02 18:00 declines",
    ),
    Case(
        "two at once, one without a receipt: the other is enough",
        """
        03-02 10:00 pass_notice sms
        03-02 10:00 pass_notice wechat
        """,
        strategies=BOTH_AT_ONCE,
        carriers={"sms": "silent"},
        happens="03-02 18:00 declines",
    ),
    Case(
        "two at once, both fail: the third when the second is known to have failed",
        """
        03-02 10:00 pass_notice sms
        03-02 10:00 pass_notice wechat
        03-02 10:03 pass_notice email
        """,
        strategies=BOTH_AT_ONCE,
        carriers={"sms": "refuses", "wechat": "undelivers"},
        happens="03-02 18:00 declines",
    ),
    Case(
        "two at once, one refused and the other without a receipt: the third after the stated time",
        """
        03-02 10:00 pass_notice sms
        03-02 10:00 pass_notice wechat
        03-02 12:00 pass_notice email
        """,
        strategies=BOTH_AT_ONCE,
        carriers={"sms": "refuses", "wechat": "silent"},
        happens="03-02 18:00 declines",
    ),
    Case(
        "two at once, and one address: it goes out once",
        "03-02 10:00 pass_notice email",
        prefers="",
        reached_by="email",
        strategies=BOTH_AT_ONCE,
        happens="03-02 18:00 declines",
    ),
]

CHANNELS_COME_AND_GO = [
    Case(
        "a paused channel holds its messages, and no other takes over",
        "03-02 11:30 pass_notice sms",
        happens="""
        03-02 09:00 pauses sms
        03-02 11:30 resumes sms
        03-02 11:45 declines
        """,
    ),
    Case(
        "a paused channel that goes on at night: what is urgent at once, reminders in the morning",
        """
        03-02 10:00 pass_notice sms
        03-13 22:00 change_of_facts sms
        03-14 08:00 hr_contact sms
        """,
        happens="""
        03-02 10:30 confirms
        03-13 09:00 pauses sms
        03-13 10:30 writes sms
        03-13 11:00 hr_moves 03-25 09:00
        03-13 22:00 resumes sms
        03-14 09:00 declines
        """,
    ),
    Case(
        "a reminder that a pause held up into the night goes out in the morning",
        """
        03-02 10:00 pass_notice sms
        03-14 08:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="""
        03-02 10:30 confirms
        03-13 09:00 pauses sms
        03-13 22:00 resumes sms
        """,
    ),
    Case(
        "a channel that is switched off is no way any more",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days wechat
        03-15 10:00 one_day wechat
        03-16 07:00 the_day wechat
        """,
        happens=f"""
        {CONFIRMS}
        03-10 09:00 loses_sms
        """,
    ),
    Case(
        "who leaves WeChat is reached by the next channel",
        """
        03-02 10:00 pass_notice wechat
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        prefers="wechat",
        happens=f"""
        {CONFIRMS}
        03-10 09:00 leaves_wechat
        """,
    ),
    Case(
        "who comes back to WeChat hears what could not be told meanwhile",
        """
        03-02 10:00 pass_notice wechat
        03-14 09:00 three_days wechat
        03-15 10:00 one_day wechat
        03-16 07:00 the_day wechat
        """,
        prefers="wechat",
        reached_by="wechat",
        happens=f"""
        {CONFIRMS}
        03-12 09:00 leaves_wechat
        03-14 09:00 follows_wechat
        """,
    ),
    Case(
        "a WeChat account that the person binds comes first from then on",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days wechat
        03-15 10:00 one_day wechat
        03-16 07:00 the_day wechat
        """,
        reached_by="sms",
        happens=f"""
        {CONFIRMS}
        03-05 09:00 binds_wechat
        """,
    ),
    Case(
        "a new address for somebody out of reach: the notice once more, by all there is",
        """
        03-02 10:00 pass_notice sms
        03-02 15:00 pass_notice email
        03-02 15:00 pass_notice sms
        03-13 10:00 three_days email
        03-13 10:00 three_days sms
        03-15 10:00 one_day email
        03-15 10:00 one_day sms
        03-16 07:00 the_day email
        03-16 07:00 the_day sms
        """,
        reached_by="sms",
        carriers={"sms": "refuses"},
        happens="""
        03-02 15:00 platform_knows email xm@example.com
        03-02 16:00 confirms
        """,
    ),
    Case(
        "a new number is somebody else's until it is confirmed: all begins anew",
        """
        03-02 10:00 pass_notice sms
        03-03 09:00 pass_notice sms
        03-04 09:00 unread sms
        03-05 09:00 unconfirmed sms
        03-05 18:00 unconfirmed sms
        03-06 06:00 task
        """,
        reached_by="sms",
        happens="03-03 09:00 platform_knows phone +8613800138099",
    ),
]

FULL_DAYS = [
    Case(
        "one message a day: the second reminder waits for the next morning",
        """
        03-02 10:00 pass_notice sms
        03-03 10:00 unread sms
        03-04 10:00 unconfirmed sms
        03-05 06:00 task
        03-05 08:00 unconfirmed sms
        """,
        reached_by="sms",
        window=ONE_A_DAY,
    ),
    Case(
        "what HR wrote counts for the day as well",
        """
        03-02 10:00 pass_notice sms
        03-13 09:00 hr_contact sms
        03-14 08:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        window=ONE_A_DAY,
        happens=f"""
        {CONFIRMS}
        03-13 09:00 writes sms
        """,
    ),
    Case(
        "what is urgent neither waits nor counts",
        """
        03-02 10:00 pass_notice sms
        03-15 09:00 change_of_facts sms
        03-15 09:00 task
        03-15 10:00 hr_contact sms
        03-16 07:00 the_day sms
        """,
        window=ONE_A_DAY,
        first_day="2026-03-17 09:00",
        happens=f"""
        {CONFIRMS}
        03-13 09:00 switches_rule_off 5
        03-15 09:00 hr_moves 03-16 10:00
        03-15 10:00 writes sms
        03-15 10:30 confirms
        """,
    ),
    Case(
        "what would come too late on the next day is not said",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 09:00 hr_contact sms
        03-16 07:00 the_day sms
        """,
        window=ONE_A_DAY,
        happens=f"""
        {CONFIRMS}
        03-15 09:00 writes sms
        """,
    ),
    Case(
        "everything at once on short notice: one message a day all the same",
        """
        03-02 10:00 pass_notice sms
        03-03 10:00 three_days sms
        03-04 08:00 unread sms
        03-05 06:00 task
        03-05 08:00 unconfirmed sms
        """,
        first_day="2026-03-06 09:00",
        reached_by="sms",
        window=ONE_A_DAY,
    ),
]

CASES = [
    *SEGMENTS,
    *PREFERENCES,
    *BRANCHES,
    *ON_THE_WAY,
    *TWO_AT_ONCE,
    *CHANNELS_COME_AND_GO,
    *FULL_DAYS,
]
