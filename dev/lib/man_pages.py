"""Writes a man page for each command from the help that the program itself knows.

    verbatim --experimental-dump-help | man_pages.py DIRECTORY VERSION

The pages are verbatim.1 and verbatim-COMMAND.1.
"""

import json
import pathlib
import re
import sys

EXIT_CODES = [
    ("0", "all is well"),
    ("1", "a difference or damage was found, or the log is poisoned"),
    ("2", "the command line is wrong"),
    ("3", "the server cannot be reached"),
    ("4", "refused: a port or directory is taken, missing, unwritable or of another version"),
    ("130", "interrupted"),
]


def escaped(text):
    """Text that roff shows as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return re.sub(r"^\.", "\\\\&.", text, flags=re.MULTILINE)


def label(argument):
    """How an option or argument is written on the command line."""
    value = argument.get("valueName") or ""
    if argument["kind"] == "positional":
        name = f"\\fI{escaped(value)}\\fR"
        return name if not argument.get("isRepeating") else f"{name} …"
    names = []
    for name in sorted(argument.get("names") or [], key=lambda name: name["kind"] != "short"):
        dashes = "-" if name["kind"] == "short" else "--"
        names.append(f"\\fB{escaped(dashes + name['name'])}\\fR")
    text = ", ".join(names)
    return text if argument["kind"] == "flag" else f"{text} \\fI{escaped(value)}\\fR"


def arguments(command):
    return [found for found in command.get("arguments") or [] if found.get("shouldDisplay", True)]


def synopsis(name, command):
    parts = [f"\\fB{escaped(name)}\\fR"]
    for argument in arguments(command):
        part = label(argument).split(", ")[-1]
        parts.append(f"[{part}]" if argument.get("isOptional") else part)
    return " ".join(parts)


def discussion(text):
    """Paragraphs as such; everything under a heading of capitals as it stands."""
    lines, verbatim = [], False
    for line in text.split("\n"):
        heading = re.fullmatch(r"([A-Z][A-Z ]+)( of (\S+))?", line.strip())
        if heading and not line.startswith(" "):
            lines += [".fi"] if verbatim else []
            lines += [f".SH {escaped(line.strip())}", ".nf"]
            verbatim = True
        elif not line.strip():
            lines += [""] if verbatim else [".PP"]
        else:
            lines.append(escaped(line))
    return lines + ([".fi"] if verbatim else [])


def page(name, command, version, others):
    lines = [f'.TH {name.upper()} 1 "" "verbatim {version}" "Verbatim"',
             ".SH NAME", f"{escaped(name)} \\- {escaped(command.get('abstract', ''))}",
             ".SH SYNOPSIS", synopsis(name.replace("-", " ", 1), command)]
    text = command.get("discussion", "")
    before, _, after = text.partition("EXAMPLES")
    if before.strip():
        lines += [".SH DESCRIPTION", *discussion(before.strip())]
    shown = arguments(command)
    if shown:
        lines.append(".SH OPTIONS")
    for argument in shown:
        words = argument.get("abstract") or ""
        if argument.get("defaultValue"):
            words += f" (default: {argument['defaultValue']})"
        lines += [".TP", label(argument), escaped(words)]
    commands = command.get("subcommands") or []
    if commands:
        lines.append(".SH COMMANDS")
    for found in commands:
        if found["commandName"] != "help":
            lines += [".TP", f"\\fB{escaped(found['commandName'])}\\fR",
                      escaped(found.get("abstract", ""))]
    if after:
        lines += discussion("EXAMPLES" + after.rstrip())
    lines.append(".SH EXIT STATUS")
    for code, words in EXIT_CODES:
        lines += [".TP", f"\\fB{code}\\fR", escaped(words)]
    lines += [".SH SEE ALSO", ", ".join(f"\\fB{escaped(other)}\\fR(1)" for other in others
                                        if other != name)]
    return "\n".join(lines) + "\n"


def main():
    out, version = pathlib.Path(sys.argv[1]), sys.argv[2]
    out.mkdir(parents=True, exist_ok=True)
    root = json.load(sys.stdin)["command"]
    pages = {"verbatim": root}
    for command in root.get("subcommands") or []:
        if command["commandName"] != "help":
            pages[f"verbatim-{command['commandName']}"] = command
    for name, command in pages.items():
        (out / f"{name}.1").write_text(page(name, command, version, pages))


main()
