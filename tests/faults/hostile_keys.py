"""Names that somebody chose to do harm, and names that merely are at an edge."""


def _of_1024_bytes(letter: str) -> str:
    """A cut anywhere but between two letters would leave half of one."""
    room = 1024 - len(b".csv")
    size = len(letter.encode())
    return letter * (room // size) + "x" * (room % size) + ".csv"


_LONG = _of_1024_bytes("a")

HOSTILE_KEYS = {
    "1,024 bytes": _LONG,
    "1,024 bytes, another end": _LONG[:-5] + "b.csv",
    "1,024 bytes of two-byte letters": _of_1024_bytes("é"),
    "1,024 bytes of three-byte letters": _of_1024_bytes("日"),
    "1,024 bytes of four-byte letters": _of_1024_bytes("😀"),
    "a path out of the folder": "../../etc/passwd.csv",
    "an absolute path": "/abs.csv",
    "an empty segment": "a//b.csv",
    "dot segments": "./a/./b/../c.csv",
    "dots before the suffix": "x/...csv",
    "a home folder": "~/.ssh/id.csv",
    "a windows path": "..\\..\\windows\\system.csv",
    "blanks at the ends": " a /b /c .csv",
    "an option": "-rf --help.csv",
    "a pattern": "*?[a-z].csv",
    "SQL": "'; DROP TABLE file_metadata; --.csv",
    "SQL parameters": '" OR 1=1 --$1 :key %s ?.csv',
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>.csv",
    "entities": "a&amp;<b>\"'.csv",
    "a query": "a?versionId=null&x=1#fragment.csv",
    "a format": "%s%n{0}{upload.__class__}${HOME}$(id)`id`.csv",
    "escapes that are none": "%2F%2e%2e%0A%00\\n\\x1b.csv",
    "plus and blank": "a+b c%20d+.csv",
    "markup of the console": "[bold red]x[/] [link=http://evil.example]y[/link].csv",
    "JSON of a log line": '{"level":"ERROR","message":"x"}", "status": "FAILED.csv',
    "mail headers after CR": "a\rBcc: evil@example.com\r\rbody\r.csv",
    "mail headers after U+2028": "a\u2028Bcc: evil@example.com\u2029b.csv",
    "mail headers after NEL, VT, FF": "a\x85Bcc: evil@example.com\x0bb\x0cc.csv",
    "the end of an SMTP message": ".\r.\r.csv",
    "addresses": "Subject: x; To: evil@example.com, <b@example.com>.csv",
    "encoded words": "=?utf-8?B?RkFJTEVEOiBwYXk=?= =?utf-8?q?roll?=.csv",
    "terminal commands": "\x1b[2J\x1b]0;owned\x07\x1b[31mred.csv",
    "terminal commands of one character": "a\x9b31m\x90b\x9c.csv",
    "backspaces": "good\x08\x08\x08\x08evil\x7f.csv",
    "other controls": "a\x01\x02\t\x1fb.csv",
    "right to left": "invoice\u202evsc.exe.csv",
    "no width": "in\u200bvoice\ufeff\u00ad.csv",
    "tags": "a\U000e0041b.csv",
    "noncharacters": "a\ufffe\uffffb\U0010ffff.csv",
    "emoji": "📈 report 👩\u200d👩\u200d👧.csv",
    "composed": "caf\u00e9.csv",
    "decomposed": "cafe\u0301.csv",
    "compatible": "\ufb01le №.csv",
    "other digits and capitals": "١٢٣ ΣΑΣ.CSV",
    "nothing but the suffix": ".csv",
}

# The emulator denies such a key to every role but the account's root.
LINE_FEEDS = "a\nBcc: evil@example.com\n\nbody \x9b31m\u202e[bold].csv"


def can_be_listed(key: str) -> bool:
    """XML 1.0 holds it: the emulator lists keys as they are, where S3 encodes them on request."""
    return all(
        character in "\t\n" or (character >= " " and character not in "\ufffe\uffff")
        for character in key
    )
