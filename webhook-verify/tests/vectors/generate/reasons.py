"""Reasons for which we judge otherwise than several of the libraries for Python."""

TEXT_WANTED = "The bytes are what is signed; the library wants text, which these are not."
TEXT_COMPARED = "Hex means the same in either case; the library compares the text."
PAST_ONLY = "The library looks at the past only; a delivery from the future would stay replayable until then."
NO_WINDOW = "The library does not compare the time with the clock."
WIDER_FUTURE = "The library lets the sender's clock be ahead by as much as a delivery may be old; a minute is enough."
EMPTY_REFUSED = "The signature is right; the library wants a body with something in it."
ANY_LABEL = "The library does not look at the label; a signature of another kind is not ours to judge."
LENIENT_TIME = "The library reads the time leniently; a time has one spelling, and it is the text that is signed."
LENIENT_BASE64 = "The library decodes bits that no byte has; a signature has one spelling."
MIXED_FAMILIES = "The library picks each header by itself; the three of one delivery come from one family."
SHIFTED = "Sent an hour earlier as id `msg_1` with the new time at the head of its body; an id has no `.` in it."
SECOND_LINE = "Joined into one, the second line hides behind a comma; lines that differ are refused."

NOT_TEXT = {TEXT_WANTED: ["a body that is not UTF-8"]}
AHEAD = ["a second too far ahead", "ten years ahead"]
