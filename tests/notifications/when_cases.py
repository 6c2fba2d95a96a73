"""The written cases of what goes out when. 2 March 2026 is a Monday; the usual rules where a case states none."""

from tests.notifications.when import Case

CASES = [
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
        "confirmed within the hour",
        """
        03-02 10:00 pass_notice sms
        03-13 10:00 three_days sms
        03-15 10:00 one_day sms
        03-16 07:00 the_day sms
        """,
        happens="03-02 10:30 confirms",
    ),
    Case(
        "declined: nothing any more",
        "03-02 10:00 pass_notice sms",
        happens="03-02 10:30 declines",
    ),
]
