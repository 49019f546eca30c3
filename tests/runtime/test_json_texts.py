"""Which texts are JSON here: what every reader must take, what none may, and what each decides.

The grammar is RFC 8259's. The tables are of this project; their kinds are those of the collections
of such texts that parsers are compared by.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import pytest
from counterfoil._json.decoding import MAX_DEPTH, JsonError, JsonValue, MalformedJsonError, decode


def words(text: str) -> list[str]:
    """What spaces and line feeds part; other white space belongs to the words."""
    return [word for line in text.split("\n") for word in line.split(" ") if word]


# What is taken: each text, and each within an array and as a member.

SCALARS = words("""
0 -0 1 -1 7 10 42 -42 1234567890 9007199254740993 18446744073709551616
0.0 -0.0 0.5 -0.5 1.25 123.456 0.00001 100.001
0e0 1e1 1E1 1e+1 1E+1 1e-1 1E-1 0E+0 -1e1 1.5e3 1.5E-3 123e45 0.1e1 1e007 10e00
true false null
"" "a" "abc" "a\\u0062c" "\\u0022" "\\"\\"" "\\\\" "\\/" "/" "\\b" "\\f" "\\n" "\\r" "\\t"
"\\u0000" "\\u001f" "\\u0020" "\\u007F" "\\u00e9" "\\u00E9" "\\u2028" "\\uFFFF" "\\uD83D\\uDE00"
"\\uDBFF\\uDFFF" "\\\\u0041" "\\\\ud800" "[" "{}" "]" "," ":" "//" "/**/" "#" "null" "1" "'" "\x7f"
"\u00e9" "\u03c0" "\u2028" "\u2029" "\ufeff" "\ufffd" "\uffff" "\U0001f600" "\U0010ffff" "\x80"
""")
STRUCTURES = [
    "[]",
    "[ ]",
    "[\n]",
    "[[]]",
    "[[],[]]",
    "[[[[]]]]",
    "[{}]",
    "[1]",
    "[1,2,3]",
    "[ 1 , 2 ]",
    "[1\n,\t2\r]",
    '[null,true,false,0,"",[],{}]',
    "{}",
    "{ }",
    "{\t\n\r }",
    '{"":0}',
    '{"a":1}',
    '{ "a" : 1 }',
    '{"a":1,"b":2}',
    '{"b":1,"a":2}',
    '{"a":{"a":{"a":1}}}',
    '{"a":[1,{"b":[]}],"c":{}}',
    '{"a\\u0000b":1}',
    '{"\\u0061":1}',
    '{"\u00e9":1,"e\u0301":2}',
    '{"a":1,"A":2}',
    '{"__proto__":1,"constructor":2,"__class__":3,"py/object":"os.system"}',
    " [1]",
    "[1] ",
    "\t\r\n [1] \t\r\n",
    "\n\n1\n\n",
    ' "a" ',
    "[" * MAX_DEPTH + "]" * MAX_DEPTH,
    '{"a":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH,
    '"' + "[{" * 1000 + '"',
    "[" + ",".join(["[]"] * 1000) + "]",
]
ACCEPTED = [*SCALARS, *STRUCTURES]

# What is refused: each is no JSON, whatever the reader.

NUMBERS = words("""
+1 - -- -a +0 ++1 -+1 00 01 -01 -00 007 0123 1. -1. 0. .5 -.5 . 1.e1 .e1 1e 1E 1e+ 1e- 1e1.5 1e1e1
1ee1 e1 E 0x1 0x 0xFF 0b1 0o7 1_000 1,000.0. 1a 1f 1L 1.2.3 1-1 1+1 1\u00a0 \uff11 \u0661 1\u0660 $1
1% 1/2 NaN nan -NaN +NaN Infinity -Infinity +Infinity inf -inf Inf 1.#INF 1e1\u0000
""")
LITERALS = words("""
True TRUE tRUE tru truee truth False FALSE fals falsee Null NULL nul nulll nil none None undefined
yes no on off a abc a:1 @ ! & * ? ~ ^ | ; ( ) () <a> ` ' '' 'a' \u201ca\u201d \u00e9 \\ \\n \\u0031
true1 nulltrue [true]false
""")
STRINGS = [
    *(f'"{chr(control)}"' for control in range(0x20)),
    *(f'"\\{letter}"' for letter in "aeUvxNXcdsw0178'`?*-(\u00e9\n\t "),
    *(
        f'"\\u{digits}"'
        for digits in ("", "1", "12", "123", "123g", "g123", "+123", "-123", " 123")
    ),
    *(f'"\\u{digits}"' for digits in ("0x41", "1_23", "\uff11234", "d83d\\u", "d83d\\ude", "{41}")),
    '"',
    '"a',
    '"\\',
    '"\\"',
    '"\\\\\\"',
    '"\\u',
    '"\\u00',
    'a"',
    '"a"b',
    '"a""b"',
    '"a" "b"',
    "\"a'",
    "'a\"",
    '"""a"""',
    'r"a"',
    'b"a"',
]
CONTAINERS = [
    *("[", "]", "[[]", "[]]", "[}", "[1", "[1,", "[1,]", "[,]", "[,1]", "[1,,2]", "[1 2]", "[1;2]"),
    *(
        "[1:2]",
        "[a]",
        "['a']",
        '["a]',
        '["a"',
        "[1]]",
        "[1][2]",
        "[]1",
        "[1],",
        ",[1]",
        "[*]",
        "[-]",
    ),
    *(
        "[1,\n2\n,",
        "[\u00a0]",
        "[\u2028]",
        "[\x0c]",
        "[\x0b]",
        "[\x00]",
        "[\x1f1]",
        "[1,...]",
        "[...]",
    ),
    *(
        "{",
        "}",
        "{]",
        "{1}",
        "{a}",
        '{"a"}',
        '{"a":}',
        '{"a":1',
        '{"a":1,',
        '{"a":1,}',
        "{,}",
        "{:1}",
    ),
    *(
        '{"a" 1}',
        '{"a"::1}',
        '{"a":1:2}',
        '{"a":1,,"b":2}',
        '{"a":1 "b":2}',
        '{"a":1;"b":2}',
        "{1:1}",
    ),
    *(
        "{a:1}",
        "{'a':1}",
        "{null:1}",
        "{true:1}",
        "{[]:1}",
        "{{}:1}",
        '{"a":1}}',
        '{"a":1}1',
        '{"a":1},',
    ),
    *(
        '{"a"=1}',
        '{"a"=>1}',
        '{"a",1}',
        '{,"a":1}',
        '{"a":1}//',
        '{"a":1}/**/',
        '{"a":1}#',
        '{"a":a}',
    ),
    *(
        '{"a":/**/1}',
        "//\n{}",
        "/**/{}",
        "#\n{}",
        '{"a":1, }',
        '{"a":1,"b"}',
        '{"a":1,"b":}',
        '{"a":,}',
    ),
    *(
        "",
        " ",
        "\n",
        "\t\r\n ",
        "\x00",
        "{}\x00",
        "[]\x1a",
        "\x0c[]",
        "[]\u00a0",
        "\u2060[]",
        "\ufeff",
    ),
    *(
        "[1]\n[2]",
        "1 2",
        "1,2",
        "{}{}",
        "{}[]",
        "[]{}",
        '"a":1',
        '"a",',
        ":",
        ",",
        '{"a":1}"',
        "[1]a",
    ),
]
REFUSED = [*NUMBERS, *LITERALS, *STRINGS, *CONTAINERS]

WHOLE = '{"a":[1.5e+3,true,null,"x\\n\\u00e9"],"b":{}}'


@dataclass(frozen=True)
class Pinned:
    """A text that RFC 8259 leaves to each reader, what this one makes of it, and why."""

    data: bytes
    verdict: JsonValue | type[JsonError]
    reason: str


def escaped(text: str) -> bytes:
    return f'["{text}"]'.encode("ascii")


OUT_OF_RANGE = "no double holds it: a reader would make it infinite, or fail"
LONE = "it stands for no character, and has no UTF-8"
NOT_UTF_8 = "JSON between systems is UTF-8 (RFC 8259, 8.1)"
TWICE = "one reader takes the first, another the last"
DEEP = "other readers have less stack"

PINNED = {
    # B50, B51: numbers (RFC 8259, 6)
    "the largest double": Pinned(b"1.7976931348623157e308", 1.7976931348623157e308, "in range"),
    "rounds to infinity": Pinned(b"[1.7976931348623159e308]", JsonError, OUT_OF_RANGE),
    "1e308": Pinned(b"1e308", 1e308, "in range"),
    "1e309": Pinned(b"1e309", JsonError, OUT_OF_RANGE),
    "B51 1e999": Pinned(b'{"a":[1e999]}', JsonError, OUT_OF_RANGE),
    "B51 -1e999": Pinned(b"-1e999", JsonError, OUT_OF_RANGE),
    "long exponent": Pinned(b"1e" + b"9" * 5000, JsonError, OUT_OF_RANGE),
    "zero with a large exponent": Pinned(b"0e999", 0.0, "it is zero"),
    "1e-400": Pinned(b"1e-400", 0.0, "the nearest double, as of any fraction"),
    "long negative exponent": Pinned(b"1e-" + b"9" * 5000, 0.0, "the nearest double"),
    "-1e-400": Pinned(b"-1e-400", -0.0, "the nearest double keeps the sign"),
    "the least double": Pinned(b"5e-324", 5e-324, "in range"),
    "long fraction": Pinned(b"0." + b"3" * 5000, 1 / 3, "the nearest double"),
    "2**53 + 1": Pinned(b"9007199254740993", 2**53 + 1, "integers are exact"),
    "2**64": Pinned(b"18446744073709551616", 2**64, "integers are exact"),
    "-2**63 - 1": Pinned(b"-9223372036854775809", -(2**63) - 1, "integers are exact"),
    "B50 4,300 digits": Pinned(b"1" * 4300, int("1" * 4300), "integers are exact"),
    "B50 4,301 digits": Pinned(b"1" * 4301, JsonError, "more digits than Python converts"),
    "B50 5,000 digits within": Pinned(b'{"a":-' + b"9" * 5000 + b"}", JsonError, "the same"),
    "minus zero": Pinned(b"-0", 0, "integers have one zero"),
    # B53: characters (RFC 8259, 8.2)
    "B53 high surrogate": Pinned(escaped(r"\ud800"), JsonError, LONE),
    "B53 low surrogate": Pinned(escaped(r"\uDFFF"), JsonError, LONE),
    "B53 the wrong way round": Pinned(escaped(r"\ude00\ud83d"), JsonError, LONE),
    "B53 high twice": Pinned(escaped(r"\ud83d\ud83d\ude00"), JsonError, LONE),
    "B53 high, then a letter": Pinned(escaped(r"\ud83da"), JsonError, LONE),
    "B53 high, then a tab": Pinned(escaped(r"\ud83d\t"), JsonError, LONE),
    "B53 high, then another escape": Pinned(escaped(r"\ud83d\u0061"), JsonError, LONE),
    "B53 in a key": Pinned(b'{"\\udead":1}', JsonError, LONE),
    "B53 in a key within": Pinned(b'[[{"a":{"\\udead":1}}]]', JsonError, LONE),
    "B53 raw": Pinned(b'["\xed\xa0\x80"]', MalformedJsonError, NOT_UTF_8),
    "B53 a raw pair": Pinned(b'["\xed\xa0\xbd\xed\xb8\x80"]', MalformedJsonError, NOT_UTF_8),
    "a pair": Pinned(escaped(r"\ud83d\ude00"), ["\U0001f600"], "one character"),
    "half a pair in writing": Pinned(escaped(r"\\ud83d"), ["\\ud83d"], "a backslash and letters"),
    "a character that is none": Pinned('["\ufdd0\uffff"]'.encode(), ["\ufdd0\uffff"], "UTF-8"),
    "NUL by escape": Pinned(escaped(r"\u0000"), ["\0"], "a character as any other"),
    "overlong slash": Pinned(b'["\xc0\xaf"]', MalformedJsonError, NOT_UTF_8),
    "overlong NUL": Pinned(b'["\xe0\x80\x80"]', MalformedJsonError, NOT_UTF_8),
    "beyond Unicode": Pinned(b'["\xf4\x90\x80\x80"]', MalformedJsonError, NOT_UTF_8),
    "no byte of UTF-8": Pinned(b'["\xff"]', MalformedJsonError, NOT_UTF_8),
    "a character cut off": Pinned(b'["\xe2\x82"]', MalformedJsonError, NOT_UTF_8),
    "a rest of a character": Pinned(b'["\x80"]', MalformedJsonError, NOT_UTF_8),
    "Latin-1": Pinned('["\u00e9"]'.encode("latin-1"), MalformedJsonError, NOT_UTF_8),
    # B55, B56: encodings (RFC 8259, 8.1)
    "B55 mark": Pinned(b"\xef\xbb\xbf{}", MalformedJsonError, "no sender may add one"),
    "B55 mark alone": Pinned(b"\xef\xbb\xbf", MalformedJsonError, "no JSON"),
    "B55 mark at the end": Pinned(b"{}\xef\xbb\xbf", MalformedJsonError, "no white space"),
    "B55 mark within": Pinned(b'["\xef\xbb\xbf"]', ["\ufeff"], "there it is a character"),
    "B56 UTF-16": Pinned('["a"]'.encode("utf-16"), MalformedJsonError, NOT_UTF_8),
    "B56 UTF-16LE": Pinned('["a"]'.encode("utf-16-le"), MalformedJsonError, NOT_UTF_8),
    "B56 UTF-16BE": Pinned('["a"]'.encode("utf-16-be"), MalformedJsonError, NOT_UTF_8),
    "B56 UTF-16 of one digit": Pinned("1".encode("utf-16-be"), MalformedJsonError, NOT_UTF_8),
    "B56 UTF-32": Pinned('["a"]'.encode("utf-32"), MalformedJsonError, NOT_UTF_8),
    # B49: depth (RFC 8259, 9)
    "as deep as may be": Pinned(
        b"[" * 63 + b"{}" + b"]" * 63, json.loads("[" * 63 + "{}" + "]" * 63), "64"
    ),
    "B49 deeper": Pinned(b"[" * 65 + b"]" * 65, JsonError, DEEP),
    "B49 objects": Pinned(b'{"a":' * 65 + b"1" + b"}" * 65, JsonError, DEEP),
    "B49 by turns": Pinned(b'[{"a":' * 33 + b"1" + b"}]" * 33, JsonError, DEEP),
    "B49 500": Pinned(b"[" * 500 + b"]" * 500, JsonError, DEEP),
    "B49 100,000 arrays": Pinned(b"[" * 100_000, JsonError, "found before anything is read"),
    "B49 50,000 objects": Pinned(b'{"a":' * 50_000, JsonError, "found before anything is read"),
    "B49 closed": Pinned(b"[" * 100_000 + b"]" * 100_000, JsonError, DEEP),
    "B49 behind an end": Pinned(b"]" * 100 + b"[" * 100, MalformedJsonError, "it never gets deep"),
    # B54: keys (RFC 8259, 4)
    "B54 twice, equal": Pinned(b'{"a":1,"a":1}', JsonError, TWICE),
    "B54 twice": Pinned(b'{"a":1,"b":2,"a":3}', JsonError, TWICE),
    "B54 twice by an escape": Pinned(b'{"a":1,"\\u0061":2}', JsonError, TWICE),
    "B54 twice within": Pinned(b'[{"x":{"":1,"":{}}}]', JsonError, TWICE),
    "B54 twice in an object that another hides": Pinned(
        b'{"a":{"b":1,"b":2},"a":3}', JsonError, TWICE
    ),
    "B60 __proto__ twice": Pinned(b'{"__proto__":1,"__proto__":2}', JsonError, TWICE),
    "B60 __proto__": Pinned(
        b'{"__proto__":{"x":1}}', {"__proto__": {"x": 1}}, "a key as any other"
    ),
    "two spellings of a letter": Pinned(
        b'{"\xc3\xa9":1,"e\xcc\x81":2}', {"\u00e9": 1, "e\u0301": 2}, "keys are not normalised"
    ),
    "the same key in two objects": Pinned(b'[{"a":1},{"a":1}]', [{"a": 1}, {"a": 1}], "no clash"),
}


def test_there_are_as_many_texts_as_in_the_known_collections() -> None:
    assert len(set(ACCEPTED)) >= 95
    assert len(set(REFUSED)) >= 188
    assert len(PINNED) >= 35


@pytest.mark.parametrize("text", ACCEPTED, ids=ascii)
def test_what_every_reader_takes(text: str) -> None:
    """B57, B60: the value is that of Python's own reader, alone and within others."""
    value = json.loads(text)
    assert same(decode(text.encode()), value)
    if len(text) < 100:
        assert same(decode(f"[0, {text}]".encode()), [0, value])
        assert same(decode(f'{{"a": {text} }}'.encode()), {"a": value})


@pytest.mark.parametrize("text", REFUSED, ids=ascii)
def test_what_no_reader_takes(text: str) -> None:
    """B52, B55: NaN and the like among them. The message does not quote the text."""
    with pytest.raises(MalformedJsonError) as caught:
        decode(text.encode())
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("text", [*NUMBERS, *LITERALS, *STRINGS[:-8]], ids=ascii)
def test_what_no_reader_takes_within_others(text: str) -> None:
    """B52."""
    for around in ("[{}]", '{{"a":{}}}', "[1,{},2]"):
        with pytest.raises(MalformedJsonError):
            decode(around.format(text).encode())


@pytest.mark.parametrize("end", range(len(WHOLE)))
def test_a_text_that_is_cut_off(end: int) -> None:
    with pytest.raises(MalformedJsonError):
        decode(WHOLE[:end].encode())
    assert decode(WHOLE.encode()) == json.loads(WHOLE)


@pytest.mark.parametrize("pinned", PINNED.values(), ids=PINNED)
def test_b49_to_b56_what_each_reader_decides(pinned: Pinned) -> None:
    """B49, B50, B51, B53, B54, B55, B56, B60."""
    if not isinstance(pinned.verdict, type):
        assert same(decode(pinned.data), pinned.verdict), pinned.reason
        return
    with pytest.raises(JsonError) as caught:
        decode(pinned.data)
    assert type(caught.value) is pinned.verdict, pinned.reason
    assert len(str(caught.value)) < 100


def test_b57_a_million_keys() -> None:
    """B57."""
    text = "{" + ",".join(f'"{number}":0' for number in range(1_000_000)) + "}"
    value = decode(text.encode())
    assert isinstance(value, dict)
    assert len(value) == 1_000_000


def same(value: object, wanted: object) -> bool:
    """Whether the two are equal, of the same types, and of the same sign."""
    if isinstance(value, float) and isinstance(wanted, float):
        return value == wanted and math.copysign(1, value) == math.copysign(1, wanted)
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(same, value, wanted))
    if isinstance(value, dict) and isinstance(wanted, dict):
        return list(value) == list(wanted) and all(map(same, value.values(), wanted.values()))
    return type(value) is type(wanted) and value == wanted
