"""What must stand beside a day or an hour so that it is taken for the reporting's."""

from enum import IntEnum


class Need(IntEnum):
    FIELD = 0  # in the field `arrival` nothing: that field is about the reporting
    WORD = 1  # any word about coming
    REPORTING = 2  # the reporting itself in the same clause, or a word about coming right beside it
