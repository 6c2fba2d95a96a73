"""The sample bank's content is complete, lawful and fits its channels.

Plain checks on the TOML in notifications/sample: what head office, branches and candidates are made of.
Real values are put into every text here, so a template that fits only an imaginary short branch fails.
"""

import re
import tomllib
from collections import Counter
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, cast

import pytest

Table = dict[str, Any]
Value = str | list[str]

SAMPLE = Path(__file__).resolve().parents[2] / "notifications" / "sample"
LANGUAGES = ("zh-hans", "en")
PURPOSES = (
    "pass_notice",
    "unread",
    "unconfirmed",
    "three_days",
    "one_day",
    "the_day",
    "change_of_facts",
    "deferral_answered",
    "withdrawal",
    "papers_returned",
    "training_notice",
    "welcome_letter",
    "hr_reply",
    "hr_contact",
)
VARIANTS = (
    ("sms", "concise"),
    ("wechat", "concise"),
    ("push", "concise"),
    ("email", "concise"),
    ("email", "detailed"),
)
BRANCHES = ("BJ", "SH", "GD")
SUB_BRANCHES = ("BJ-CBD", "BJ-ZGC", "BJ-TZ", "SH-LJZ", "SH-XH", "SH-HQ", "GD-TH", "GD-NS", "GD-FT")
# Listed here, not derived from the files: a misspelt placeholder would otherwise allow itself.
COMMON = {
    "candidate_name",
    "position",
    "bank_name",
    "branch_name",
    "branch_city",
    "branch_address",
    "branch_phone",
    "branch_contact",
    "onboarding_at",
    "onboarding_date",
    "onboarding_time",
    "answer_by",
    "answer_at",
    "papers",
    "local_papers",
    "papers_not_needed",
    "papers_note",
    "dress",
    "notes",
    "privacy_note",
    "metro_exit",
    "health_check",
    "parking",
    "arrival",
    "benefits",
}
OF_ONE_PURPOSE = {
    "change_of_facts": {"changes"},
    "deferral_answered": {"decision", "decision_note"},
    "papers_returned": {"missing_papers"},
    "training_notice": {"training_at", "training_place"},
    "welcome_letter": {"employee_number", "badge_place"},
    "hr_reply": {"question", "reply"},
    "hr_contact": {"personal_text"},
}
# What a branch may leave empty: alone on its line, so that the line can go.
OPTIONAL = {
    *("local_papers", "papers_not_needed", "papers_note", "for_graduates"),
    *("metro_exit", "health_check", "parking", "arrival", "benefits", "answer_by"),
}
# Lists, English values and words of HR are longer than a value in a registered text may be: these go by a carrier of
# free text.
UNREGISTERED = {"three_days", "change_of_facts", "hr_contact"}
LISTS = {"benefits", "allowed_links"}
TIMES = {"onboarding_at", "answer_by", "training_at"}
PLACEHOLDER = re.compile(r"\{\{ (\w+) \}\}")
# 3GPP TS 23.040, 9.2.3.24.1: what each part of a long message holds.
UCS2_PART, GSM7_PART = 67, 153
SIGNATURE = "【海岳银行】"

FACTS: dict[str, dict[str, Value]] = {
    "zh-hans": {
        "onboarding_at": "2026年12月17日（周四）9:00",
        "onboarding_date": "2026年12月17日（周四）",
        "onboarding_time": "9:00",
        "answer_by": "12月10日（周四）18:00",
        "answer_at": "https://hr.haiyue.example/n/8F3kQ2xW9mTz4LpD",
        "changes": ["入职时间：12月14日（周一）9:00 → 12月17日（周四）9:00"],
        "decision": "同意延期至12月17日",
        "missing_papers": ["学历学位证书：照片模糊", "离职证明：缺少公章"],
        "training_at": "2026年12月15日（周二）9:00",
        "training_place": "北京分行培训中心（北京市西城区望岳街8号）2层",
        "employee_number": "HY2026001234",
        "badge_place": "综合管理部人力资源岗",
        "question": "请问可以晚一周入职吗？",
        "reply": "可以，请在页面上选择日期。",
        "personal_text": "您来电询问的停车问题已问清，报到当天可停在大厦地下二层，无需预约。",
    },
    "en": {
        "onboarding_at": "Wednesday, 16 December 2026, 9:00",
        "onboarding_date": "Wednesday, 16 December 2026",
        "onboarding_time": "9:00",
        "answer_by": "Wednesday, 9 December 2026, 18:00",
        "answer_at": "https://hr.haiyue.example/n/8F3kQ2xW9mTz4LpD",
        "changes": ["start: 14 December 2026, 9:00 → 16 December 2026, 9:00"],
        "decision": "Approved",
        "missing_papers": ["degree certificate: blurred", "leaving certificate: no seal"],
        "training_at": "Monday, 14 December 2026, 9:00",
        "training_place": "Training Centre, floor 2, 8 Wangyue Street, Xicheng, Beijing",
        "employee_number": "HY2026001234",
        "badge_place": "Human Resources, General Office",
        "question": "May I start a week later?",
        "reply": "Yes, please choose a date on the page.",
        "personal_text": "You asked about parking: there is room for you on floor B2.",
    },
}


def load(name: str) -> Table:
    """A file of the sample bank as tomllib reads it."""
    return tomllib.loads((SAMPLE / name).read_text(encoding="utf-8"))


BRANCH: dict[str, Table] = {branch["code"]: branch for branch in load("branches.toml")["branch"]}
CORE: dict[str, Table] = {field["key"]: field for field in load("fields.toml")["core"]}
PAPERS: list[Table] = load("fields.toml")["paper"]
CATEGORIES = ("campus", "social", "intern")
FORMS = {
    "zh-hans": {"original": "原件", "copy": "复印件", "original_and_copy": "原件及复印件"},
    "en": {"original": " (original)", "copy": " (copy)", "original_and_copy": " (original and copy)"},
}
LOCAL: dict[str, Table] = {field["key"]: field for field in load("fields.toml")["local"]}
CANDIDATES: list[Table] = load("candidates.toml")["candidate"]
TEMPLATES: dict[str, Table] = {
    path.stem: load(f"templates/{path.name}") for path in SAMPLE.glob("templates/*")
}
BODIES: list[tuple[str, Table]] = [
    (p, body) for p, template in TEMPLATES.items() for body in template["body"]
]


def bodies(channel: str) -> list[Any]:
    """Every body of one channel as (purpose, body), named for pytest."""
    return [
        pytest.param(purpose, body, id=f"{purpose}-{body['style']}-{body['language']}")
        for purpose, body in BODIES
        if body["channel"] == channel
    ]


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def local_values(*, code: str, language: str) -> dict[str, Value]:
    """What a 支行 tells its candidates: its own values over those of its 分行."""
    branch = BRANCH[code]
    inherited = local_values(code=branch["parent"], language=language) if branch["parent"] else {}
    return {**inherited, **branch.get("local", {}).get(language, {})}


def papers(*, rows: list[Table], language: str, category: str, demand: str = "required") -> list[str]:
    """The papers of one category of candidate, in words; conditions here ask for nothing else."""
    suffix = "zh" if language == "zh-hans" else "en"
    meant = [
        row for row in rows if category in row.get("condition", {}).get("category", {"is": CATEGORIES})["is"]
    ]
    chosen = [row for row in meant if row.get("demand", "required") == demand]
    return [f"{row[f'name_{suffix}']}{FORMS[language].get(row.get('form', ''), '')}" for row in chosen]


def local_papers(code: str) -> list[Table]:
    """Those of a 支行 and of its 分行; no 支行 states any of its own."""
    branch = BRANCH[code]
    rows: list[Table] = branch.get("paper", [])
    return [*rows, *(local_papers(branch["parent"]) if branch["parent"] else [])]


def facts(*, code: str, language: str, category: str = "social") -> dict[str, Value]:
    """Every placeholder's value at one branch, for the longest name and position among the candidates."""
    branch, suffix = BRANCH[code], "zh" if language == "zh-hans" else "en"
    one = {"language": language, "category": category}
    people = [person for person in CANDIDATES if person["language"] == language]
    return {
        **FACTS[language],
        **{key: field["value"][language] for key, field in CORE.items()},
        **local_values(code=code, language=language),
        "papers": papers(rows=PAPERS, **one),
        "local_papers": papers(rows=local_papers(code), **one),
        "papers_not_needed": papers(rows=local_papers(code), demand="not_needed", **one),
        **{f"branch_{key}": branch[f"{key}_{suffix}"] for key in ("name", "city", "address", "contact")},
        "branch_phone": branch["phone"],
        "candidate_name": max((person["name"] for person in people), key=len),
        "position": max((person["position_title"] for person in people), key=len),
    }


def fill(line: str, *, code: str, language: str, category: str = "social") -> str:
    """A line with real values; a list is joined as in running text."""
    values = facts(code=code, language=language, category=category)

    def spoken(match: re.Match[str]) -> str:
        value = values[match[1]]
        return value if isinstance(value, str) else ("、" if language == "zh-hans" else ", ").join(value)

    return PLACEHOLDER.sub(spoken, line)


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2


# --- the templates --------------------------------------------------------------------------------


def test_every_purpose_has_every_channel_style_and_language() -> None:
    expected = Counter((p, c, s, lang) for p, (c, s), lang in product(PURPOSES, VARIANTS, LANGUAGES))
    present = Counter((p, b["channel"], b["style"], b["language"]) for p, b in BODIES)
    assert present == expected


def test_a_template_is_named_like_its_file_in_both_languages() -> None:
    for stem, template in TEMPLATES.items():
        assert template["purpose"] == stem
        assert template["name_zh"].strip()
        assert template["name_en"].isascii()
        assert template["name_en"].strip()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_template_uses_only_the_placeholders_of_its_purpose(purpose: str) -> None:
    own = {passage["key"] for passage in TEMPLATES[purpose].get("passage", [])}
    for body in TEMPLATES[purpose]["body"]:
        written = body["subject"] + "\n" + body["text"]
        assert placeholders(written) <= COMMON | OF_ONE_PURPOSE.get(purpose, set()) | own
        # What looks like a placeholder but is not written as one would reach the candidate as braces.
        assert not re.search(r"[{}]", PLACEHOLDER.sub("", written))


def test_the_facts_of_a_single_purpose_reach_its_letters() -> None:
    for purpose, own in OF_ONE_PURPOSE.items():
        for body in TEMPLATES[purpose]["body"]:
            if body["channel"] == "email":
                assert own <= placeholders(body["text"]), (purpose, body["style"], body["language"])


def test_both_languages_of_a_variant_tell_the_same_facts() -> None:
    told: dict[tuple[str, str, str], list[set[str]]] = {}
    for purpose, body in BODIES:
        told.setdefault((purpose, body["channel"], body["style"]), []).append(placeholders(body["text"]))
    # The bank's English name is too long for one WeChat field, where "the bank" stands for it.
    differing = {key: a ^ b for key, (a, b) in told.items() if (a ^ b) - {"bank_name"}}
    assert not differing


def test_a_value_a_branch_may_leave_empty_stands_on_a_line_of_its_own() -> None:
    for purpose, body in BODIES:
        for line in body["text"].splitlines():
            used = placeholders(line)
            assert not used & OPTIONAL or len(used) == 1, (purpose, body["channel"], line)


def test_the_link_ends_its_line_after_a_colon() -> None:
    for purpose, body in BODIES:
        for line in body["text"].splitlines():
            if "answer_at" in placeholders(line):
                assert re.search(r"(：|: )\{\{ answer_at \}\}$", line), (purpose, body["channel"], line)


def test_english_texts_are_plain_ascii() -> None:
    """So that a carrier without a Chinese signature can send them in the 7-bit alphabet."""
    for purpose, body in BODIES:
        if body["language"] == "en":
            assert (body["subject"] + body["text"]).isascii(), (purpose, body["channel"])


def test_only_mail_and_push_have_a_subject_and_only_what_is_registered_a_provider_template() -> None:
    for purpose, body in BODIES:
        assert bool(body["subject"]) == (body["channel"] in {"email", "push"}), (purpose, body["channel"])
        registered = body["channel"] == "wechat" or is_registered_sms(purpose, body)
        assert bool(body["provider_template"]) == registered, (purpose, body["channel"])


@pytest.mark.parametrize(
    ("purpose", "channels", "facts_told"),
    [
        ("pass_notice", {"sms", "email"}, {"onboarding_at", "branch_address", "branch_phone", "answer_by"}),
        ("pass_notice", {"email"}, {"papers", "branch_contact"}),
        ("unread", {"sms", "email"}, {"answer_by", "answer_at"}),
        ("unconfirmed", {"sms", "email"}, {"answer_by", "answer_at"}),
        ("three_days", {"sms", "email"}, {"onboarding_at", "papers", "local_papers", "answer_at"}),
        ("one_day", {"sms", "email"}, {"onboarding_at", "branch_address", "metro_exit", "answer_at"}),
        ("the_day", {"sms", "email"}, {"onboarding_time", "dress", "arrival", "answer_at"}),
        ("withdrawal", {"sms", "email"}, {"branch_phone"}),
    ],
)
def test_a_message_tells_what_its_moment_needs(
    purpose: str, channels: set[str], facts_told: set[str]
) -> None:
    for body in TEMPLATES[purpose]["body"]:
        if body["channel"] in channels:
            missing = facts_told - placeholders(body["subject"] + body["text"])
            assert not missing, (body["channel"], body["style"], body["language"])


# --- SMS ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("purpose", "body"), bodies("sms"))
def test_each_sms_line_is_a_sentence_and_the_link_comes_last(purpose: str, body: Table) -> None:
    lines = body["text"].strip().splitlines()
    # Phones take a full stop after an address for a part of it, so nothing follows the link.
    sentences = lines if purpose == "withdrawal" else lines[:-1]
    # What HR writes is closed by a full stop when it is sent.
    assert all(line[-1] in "。！？.!?" for line in sentences if line != "{{ personal_text }}")
    assert purpose == "withdrawal" or lines[-1].endswith("{{ answer_at }}")


@pytest.mark.parametrize(("purpose", "body"), bodies("sms"))
def test_an_sms_brings_no_signature_and_nothing_confidential(purpose: str, body: Table) -> None:
    assert "【" not in body["text"]
    confidential = {"employee_number", "health_check", "missing_papers", "question", "reply", "privacy_note"}
    assert not placeholders(body["text"]) & confidential


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("code", SUB_BRANCHES)
@pytest.mark.parametrize(("purpose", "body"), bodies("sms"))
def test_an_sms_fits_its_parts_with_real_values(purpose: str, body: Table, code: str, category: str) -> None:
    """Three parts: in Chinese with the signature, in English in the 7-bit alphabet without one."""
    language = body["language"]
    joint = "" if language == "zh-hans" else " "
    filled = [
        fill(line, code=code, language=language, category=category)
        for line in body["text"].strip().splitlines()
        if any(facts(code=code, language=language, category=category)[name] for name in placeholders(line))
        or not placeholders(line)
    ]
    text = joint.join(filled)
    if language == "zh-hans":
        assert utf16_units(SIGNATURE + text) <= 3 * UCS2_PART, text
    else:
        assert len(text) <= 3 * GSM7_PART, text


def is_registered_sms(purpose: str, body: Table) -> bool:
    return body["channel"] == "sms" and body["language"] == "zh-hans" and purpose not in UNREGISTERED


def test_every_chinese_sms_of_fixed_words_is_registered_under_a_number_of_its_own() -> None:
    codes = [body["provider_template"] for purpose, body in BODIES if is_registered_sms(purpose, body)]
    assert all(re.fullmatch(r"SMS_\d+", code) for code in codes)
    assert len(set(codes)) == len(codes) == 11


# --- WeChat and push ------------------------------------------------------------------------------


def wechat_fields(body: Table) -> dict[str, str]:
    """Key → value of a WeChat body, as its lines say."""
    return dict(line.split(": ", 1) for line in body["text"].strip().splitlines())


def fits_wechat(*, key: str, text: str) -> bool:
    """WeChat's limits per kind of field (official account documentation, template message)."""
    kind = key.rstrip("0123456789")
    if kind == "phrase":
        return len(text) <= 5
    if kind == "phone_number":
        return bool(re.fullmatch(r"[0-9+\- ]{1,17}", text))
    if kind == "character_string":
        return len(text) <= 32 and text.isascii()
    return kind == "thing" and len(text) <= 20


@pytest.mark.parametrize(("purpose", "body"), bodies("wechat"))
def test_a_wechat_value_fits_its_field_at_every_branch(purpose: str, body: Table) -> None:
    for (key, value), code in product(wechat_fields(body).items(), SUB_BRANCHES + BRANCHES):
        if key.startswith("time"):
            assert value in {f"{{{{ {name} }}}}" for name in TIMES}
        else:
            text = fill(value, code=code, language=body["language"])
            assert fits_wechat(key=key, text=text), (key, text)


@pytest.mark.parametrize(("purpose", "body"), bodies("wechat"))
def test_a_wechat_body_has_four_or_five_distinct_fields(purpose: str, body: Table) -> None:
    lines = body["text"].strip().splitlines()
    assert 4 <= len(lines) <= 5
    assert len(wechat_fields(body)) == len(lines)


def test_a_registered_wechat_template_has_the_same_fields_in_every_language() -> None:
    fields: dict[str, list[list[str]]] = {}
    for _, body in BODIES:
        if body["channel"] == "wechat":
            fields.setdefault(body["provider_template"], []).append(list(wechat_fields(body)))
    assert len(fields) == len(PURPOSES)
    assert all(first == second for first, second in fields.values())


@pytest.mark.parametrize(("purpose", "body"), bodies("push"))
def test_a_push_can_be_read_at_a_glance(purpose: str, body: Table) -> None:
    language = body["language"]
    title_limit, text_limit = (20, 60) if language == "zh-hans" else (40, 120)
    for code in SUB_BRANCHES:
        assert len(fill(body["subject"], code=code, language=language)) <= title_limit
        assert len(fill(body["text"].strip(), code=code, language=language)) <= text_limit


# --- mail -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("purpose", "body"), bodies("email"))
def test_only_the_detailed_letter_has_headings_and_none_stays_over_nothing(purpose: str, body: Table) -> None:
    lines = [line for line in body["text"].splitlines() if line]
    headings = [i for i, line in enumerate(lines) if line.startswith("# ")]
    assert bool(headings) == (body["style"] == "detailed")
    ends = [*headings, len(lines)][1:]
    for start, end in zip(headings, ends, strict=True):
        # At least one line under the heading must survive when the branch has left its fields empty.
        assert any(not placeholders(line) & OPTIONAL for line in lines[start + 1 : end]), lines[start]


def test_the_pass_notice_in_detail_tells_of_process_branch_and_benefits() -> None:
    for body in TEMPLATES["pass_notice"]["body"]:
        if body["style"] == "detailed":
            told = placeholders(body["text"])
            assert {"benefits", "health_check", "arrival", "privacy_note", "notes", "papers"} <= told
            assert body["text"].count("\n# ") >= 6


# --- fields and branches --------------------------------------------------------------------------


def test_core_and_local_fields_are_placeholders_with_labels_in_both_languages() -> None:
    assert set(CORE) == {"dress", "notes", "bank_name", "privacy_note", "allowed_links"}
    assert set(LOCAL) == {"metro_exit", "health_check", "papers_note", "parking", "arrival", "benefits"}
    kinds = {"text", "long_text", "list", "datetime", "phone", "address", "link", "number"}
    for key, field in (CORE | LOCAL).items():
        assert field["kind"] in kinds
        assert field["label_zh"]
        assert field["label_en"].isascii()
        assert (field["kind"] == "list") == (key in LISTS)


def test_core_values_exist_in_both_languages_and_say_the_same_number_of_things() -> None:
    for field in CORE.values():
        chinese, english = (field["value"][language] for language in LANGUAGES)
        assert type(chinese) is type(english) is (list if field["kind"] == "list" else str)
        assert field["kind"] != "list" or len(chinese) == len(english) > 0


def test_the_tree_has_one_head_office_three_branches_and_nine_sub_branches() -> None:
    assert set(BRANCH) == {"HQ", *BRANCHES, *SUB_BRANCHES}
    assert BRANCH["HQ"]["parent"] == ""
    assert all(BRANCH[code]["parent"] == "HQ" for code in BRANCHES)
    assert all(BRANCH[code]["parent"] == code.split("-")[0] for code in SUB_BRANCHES)


def test_a_branch_has_an_address_a_contact_and_a_landline_of_its_own() -> None:
    area_codes = {"北京": "010", "上海": "021", "广州": "020", "佛山": "0757"}
    for branch in BRANCH.values():
        for key in ("name", "city", "address", "contact"):
            assert branch[f"{key}_zh"]
            assert branch[f"{key}_en"].isascii()
        assert branch["address_zh"].startswith(branch["city_zh"])
        assert re.fullmatch(area_codes[branch["city_zh"]] + r"-\d{4} \d{4}", branch["phone"])
    assert len({branch["phone"] for branch in BRANCH.values()}) == len(BRANCH)
    assert len({branch["address_zh"] for branch in BRANCH.values()}) == len(BRANCH)


@pytest.mark.parametrize(("code", "language"), list(product(SUB_BRANCHES + BRANCHES, LANGUAGES)))
def test_local_values_fit_their_fields_and_none_that_is_required_is_missing(code: str, language: str) -> None:
    values = local_values(code=code, language=language)
    assert {key for key, field in LOCAL.items() if field["required"]} <= set(values) <= set(LOCAL)
    for key, value in values.items():
        items = value if LOCAL[key]["kind"] == "list" else [cast("str", value)]
        assert isinstance(items, list)
        assert len("\n".join(items)) <= LOCAL[key]["max_length"], key
        # They stand inside sentences and lists, which bring their own punctuation.
        assert all(item.strip() == item and item[-1] not in "。，；,.;" for item in items), key
        assert len(items) == 1 or not any(mark in item for item in items for mark in "、\n"), key


def test_a_branch_speaks_both_languages_on_the_same_fields_and_repeats_nothing() -> None:
    for code in SUB_BRANCHES:
        own = BRANCH[code]["local"]
        assert set(own["zh-hans"]) == set(own["en"])
        for language in LANGUAGES:
            inherited = local_values(code=BRANCH[code]["parent"], language=language)
            assert all(value != inherited.get(key) for key, value in own[language].items()), code


def test_nobody_is_asked_for_what_the_law_forbids() -> None:
    """No hepatitis B or pregnancy tests, no 报到证 (abolished in 2023), nothing about the family."""
    required = [paper for paper in PAPERS if paper.get("demand") != "forbidden"]
    local = [(branch.get("local"), branch.get("paper")) for branch in BRANCH.values()]
    asked = str([required, local])
    assert not re.search("乙肝|妊娠|孕|报到证|户口本|家庭|hepatitis|pregnan|family", asked, re.IGNORECASE)


def test_every_paper_says_why_it_is_needed_in_both_languages() -> None:
    for paper in [*PAPERS, *(paper for branch in BRANCH.values() for paper in branch.get("paper", []))]:
        assert paper["name_en"].isascii()
        if paper.get("demand", "required") == "required":
            assert paper["purpose_zh"]
            assert paper["purpose_en"].isascii()


# --- candidates -----------------------------------------------------------------------------------


def check_character(body: str) -> str:
    """The 18th character to 17 digits of an ID number: ISO 7064, MOD 11-2, as GB 11643 uses it."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return "0123456789X"[(12 - total) % 11]


def test_the_check_character_agrees_with_the_published_example() -> None:
    assert check_character("11010519491231002") == "X"


def test_there_are_72_candidates_eight_for_every_sub_branch() -> None:
    assert Counter(person["branch"] for person in CANDIDATES) == dict.fromkeys(SUB_BRANCHES, 8)


def test_id_numbers_are_valid_but_nobodys() -> None:
    for person in CANDIDATES:
        number = person["id_number"]
        assert re.fullmatch(r"\d{17}[\dX]", number)
        assert number[17] == check_character(number[:17]), person["name"]
        assert 1985 <= date.fromisoformat(number[6:14]).year <= 2004
        assert number[14:17] in {"996", "997", "998", "999"}
    assert len({person["id_number"] for person in CANDIDATES}) == len(CANDIDATES)


@pytest.mark.parametrize("key", ["name", "phone", "email", "wechat_openid", "push_id"])
def test_no_two_candidates_share_a_name_or_an_address(key: str) -> None:
    used = [person[key] for person in CANDIDATES if person[key]]
    assert len(used) == len(set(used)) > 0


def test_addresses_belong_to_nobody() -> None:
    for person in CANDIDATES:
        assert re.fullmatch(r"\+86(13800138[1-9]\d\d|13900000001|13900080001)", person["phone"])
        assert not person["email"] or re.fullmatch(r"[a-z.]+@example\.(com|org)", person["email"])
        assert not person["wechat_openid"] or re.fullmatch(r"oHAIYUE[A-Za-z0-9]{21}", person["wechat_openid"])


def test_a_preferred_channel_has_an_address() -> None:
    address = {"sms": "phone", "email": "email", "wechat": "wechat_openid", "push": "push_id"}
    for person in CANDIDATES:
        assert person["preferred_channels"]
        assert all(person[address[channel]] for channel in person["preferred_channels"]), person["name"]
    assert {person["preferred_channels"][0] for person in CANDIDATES} == set(address)


def test_most_passed_a_few_failed_and_two_have_only_a_score() -> None:
    results = Counter(person["result"] for person in CANDIDATES)
    assert results["passed"] >= 66
    assert 1 <= results["failed"] <= 4
    assert results[""] == 2
    assert set(results) == {"passed", "failed", ""}
    assert all(
        0 <= person["score"] <= 100 and 7 <= person["onboarding_in_days"] <= 30 for person in CANDIDATES
    )


def test_candidates_differ_in_category_style_language_and_name() -> None:
    assert {person["category"] for person in CANDIDATES} == {"campus", "social", "intern"}
    assert {person["style"] for person in CANDIDATES} == {"concise", "detailed"}
    assert {person["language"] for person in CANDIDATES} == set(LANGUAGES)
    names = [person["name"] for person in CANDIDATES]
    assert any(name.startswith(("欧阳", "司马", "诸葛")) for name in names)
    assert any("\u00b7" in name for name in names)
    # Outside the Basic Multilingual Plane: two UTF-16 units, four UTF-8 bytes.
    assert any(utf16_units(name) > len(name) for name in names)


def test_most_confirm_and_every_reason_to_decline_is_played() -> None:
    plays = Counter(person["plays"] for person in CANDIDATES)
    assert set(plays) == {"confirm", "decline", "read", "ignore"}
    assert plays["confirm"] > len(CANDIDATES) / 2
    reasons = {person["decline_reason"] for person in CANDIDATES if person["plays"] == "decline"}
    assert reasons == {"further_study", "civil_service", "other_offer", "location", "pay", "other"}
    assert all(not person["decline_reason"] for person in CANDIDATES if person["plays"] != "decline")


def told_by_address(person: Table) -> str:
    """The trouble the sandbox sees in a candidate's addresses; "" when there is none."""
    signs = {
        "wrong_number": person["phone"].endswith("0001"),
        "bounces": person["email"].startswith("bounce"),
        "no_email": not person["email"] and not person["phone"].endswith("0001"),
        "blocked_wechat": "blocked" in person["wechat_openid"],
        "unfollowed_wechat": "unfollowed" in person["wechat_openid"],
    }
    return next((story for story, shown in signs.items() if shown), "")


def test_a_story_is_what_the_addresses_show() -> None:
    assert all(person["story"] == told_by_address(person) for person in CANDIDATES)
    troubles = {"wrong_number", "bounces", "no_email", "blocked_wechat", "unfollowed_wechat"}
    assert troubles == {person["story"] for person in CANDIDATES if person["story"]}
    assert all(person["result"] == "passed" for person in CANDIDATES if person["story"])


def ways_that_work(person: Table) -> set[str]:
    """The addresses of a candidate at which the sandbox delivers."""
    works = {
        "sms": not person["phone"].endswith("0001"),
        "email": person["email"] and not person["email"].startswith("bounce"),
        "wechat": person["wechat_openid"] and not re.search("blocked|unfollowed", person["wechat_openid"]),
        "push": person["push_id"],
    }
    return {channel for channel, delivered in works.items() if delivered}


def test_the_troubled_can_be_reached_another_way_except_one() -> None:
    lost = [person for person in CANDIDATES if not ways_that_work(person)]
    assert [person["story"] for person in lost] == ["wrong_number"]
    assert any(p["story"] == "wrong_number" and "email" in ways_that_work(p) for p in CANDIDATES)
