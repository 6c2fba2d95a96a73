"""The written cases of what goes out when. 2 March 2026 is a Monday; the usual rules where a case states none."""

from tests.notifications import when_cases_days, when_cases_facts, when_cases_rules, when_cases_ways

CASES = [
    *when_cases_facts.CASES,
    *when_cases_ways.CASES,
    *when_cases_days.CASES,
    *when_cases_rules.CASES,
]
