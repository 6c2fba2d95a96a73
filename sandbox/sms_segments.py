"""How many parts a carrier bills for a text (3GPP TS 23.038 and 23.040)."""

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")  # two units each


def sms_segments(text: str) -> int:
    """160 GSM-7 or 70 UCS-2 units in one part; 153 or 67 in each of several."""
    if all(letter in GSM_BASIC or letter in GSM_EXTENSION for letter in text):
        units, alone, split = len(text) + sum(letter in GSM_EXTENSION for letter in text), 160, 153
    else:
        units, alone, split = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if units <= alone else -(-units // split)
