from enum import StrEnum


class Encoding(StrEnum):
    ISO_8859_1 = "iso-8859-1"
    ISO_8859_15 = "iso-8859-15"
    ISO_8859_2 = "iso-8859-2"
    UTF_16 = "utf-16"
    UTF_16_BE = "utf-16-be"
    UTF_16_LE = "utf-16-le"
    UTF_8 = "utf-8"
    WINDOWS_1250 = "windows-1250"
    WINDOWS_1251 = "windows-1251"
    WINDOWS_1252 = "windows-1252"
    WINDOWS_1253 = "windows-1253"
    WINDOWS_1254 = "windows-1254"
    WINDOWS_1257 = "windows-1257"

    def __str__(self) -> str:
        return str(self.value)
