#!/usr/bin/env python3
"""Checks that every `package`, `public` or `open` declaration in Swift sources has a docstring.

    check-docstrings.py FOLDER-OR-FILE...

A declaration is documented if a `///` line with words in it stands directly above it or above its attributes.
Exempt is what a protocol explains already: `==`, `<`, `hash(into:)`, `description`, `debugDescription`,
`encode(to:)`, `init(from:)`, and the members of an extension that states a conformance.

Prints one line a finding, `file:line: what`, and exits 1 if there is any.

>>> findings('package struct A {}')
[(1, 'struct A')]
>>> findings('/// What it is for.\\n@frozen\\npackage struct A {\\n    package static func == (l: A, r: A) -> Bool { true }\\n}')
[]
>>> findings('///\\npackage func f() {}')
[(2, 'func f')]
>>> findings('let s = "package func f()" // package func g()\\n')
[]
>>> findings('extension A: Codable {\\n    package func f() {}\\n}\\nextension A {\\n    package func g() {}\\n}')
[(5, 'func g')]
>>> findings('package import Civil\\nlet text = \"\"\"\\n    package var x \\\\(y("}"))\\n    \"\"\"\\n')
[]
>>> findings('extension A where T: B {\\n    package private(set) var x: Int\\n}')
[(2, 'var x')]
>>> findings('/// Said.\\n@available(*, deprecated, message: "a, b")\\n@inlinable package mutating func f() {}')
[]
>>> findings('/// Of the type.\\npackage enum E {\\n    // package case\\n    package init() {}\\n}')
[(4, 'init')]
>>> findings('#if os(Linux)\\n/// Said.\\npackage let x = 1\\n#endif\\n\\npackage let y = 1')
[(6, 'let y')]
>>> findings('/// Said.\\n@available(\\n    *, deprecated\\n)\\npackage func f() {}\\n/// Said.\\ncase a(Int)\\npackage var x = 1')
[(8, 'var x')]
"""

import re
import sys
from pathlib import Path

# Comments and literals, which may hold anything. A raw string closes with as many # as it opened with.
OPAQUE = re.compile(
    r'(?P<line>//[^\n]*)|(?P<block>/\*.*?\*/)|(?P<hashes>#*)"""(?s:.*?)"""(?P=hashes)'
    r'|(?P<raw>#+)"[^\n]*?"(?P=raw)|"(?:\\\((?:[^()"\n]|"[^"\n]*"|\((?:[^()\n]|\([^()\n]*\))*\))*\)|\\.|[^"\\\n])*"',
    re.DOTALL,
)
MODIFIER = r"(?:[a-z]+(?:\((?:set|safe|unsafe)\))?)"
DECLARATION = re.compile(
    rf"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:{MODIFIER}\s+)*?\b(?:package|public|open)\b(?!\()\s+(?:{MODIFIER}\s+)*?"
    r"(?P<kind>func|var|let|init|subscript|struct|class|enum|actor|protocol|typealias|associatedtype|case|macro)\b"
    r"\s*(?P<name>[^\s(<:={]*)"
)
ATTRIBUTE = re.compile(r"^\s*@\w+")
CONFORMANCE = re.compile(r"\bextension\s+(?:(?!\bwhere\b)[\w.<>, ])+?\s*:")
EXPLAINED_BY_PROTOCOL = re.compile(
    r"\bfunc\s+(?:==|<|hash\s*\(into\b|encode\s*\(to\b)|\bvar\s+(?:description|debugDescription)\b|\binit\s*\(from\b"
)


def blanked(source):
    """The source with comments and literals as spaces, so that lines and columns stay."""
    return OPAQUE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), source)


def conforming_lines(code):
    """For each line whether it begins inside an extension that states a conformance."""
    inside, stack, header, answers = 0, [], "", []
    for line in code:
        answers.append(inside > 0)
        for character in line + "\n":
            if character == "{":
                stack.append(bool(CONFORMANCE.search(header)))
                inside += stack[-1]
                header = ""
            elif character == "}":
                inside -= stack.pop() if stack else 0
                header = ""
            elif character == ";":
                header = ""
            else:
                header += character
        # A header may span lines; what came before the keyword is of no interest.
        header = header[header.rfind("extension") :] if "extension" in header else ""
    return answers


def above_attributes(code, index):
    """The index of the line above the attributes of the declaration at `index`; an attribute may span lines."""
    above = index - 1
    while above >= 0:
        first, depth = above, code[above].count(")") - code[above].count("(")
        while depth > 0 and first > 0:
            first -= 1
            depth += code[first].count(")") - code[first].count("(")
        if not ATTRIBUTE.match(code[first]):
            break
        above = first - 1
    return above


def is_documented(lines, code, index):
    """Whether a docstring with words stands above the declaration and its attributes."""
    above = above_attributes(code, index)
    words = ""
    while above >= 0 and lines[above].lstrip().startswith("///"):
        words += lines[above].lstrip()[3:]
        above -= 1
    return bool(re.search(r"\w", words))


def findings(source):
    """The undocumented declarations of a source text: line number and what it declares."""
    lines, code = source.split("\n"), blanked(source).split("\n")
    conforming = conforming_lines(code)
    found = []
    for index, line in enumerate(code):
        match = DECLARATION.match(line)
        if not match or conforming[index] or EXPLAINED_BY_PROTOCOL.search(line):
            continue
        if not is_documented(lines, code, index):
            found.append((index + 1, f"{match['kind']} {match['name']}".strip()))
    return found


def swift_files(arguments):
    """The Swift files named, or under the folders named."""
    for argument in map(Path, arguments):
        yield from sorted(argument.rglob("*.swift")) if argument.is_dir() else [argument]


def main():
    """Prints the findings of all files; the exit code says whether there were any."""
    total = 0
    for path in swift_files(sys.argv[1:]):
        for number, what in findings(path.read_text(encoding="utf-8")):
            print(f"{path}:{number}: {what} has no docstring")
            total += 1
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
