"""The program under test: how it is given a data set, and how questions are asked of it."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

TIMEOUT_SECONDS = 120


class Broken(Exception):
    """The program did something that is neither an answer nor a refusal."""


def arguments_of(question: dict) -> list[str]:
    """A question as command line options."""
    arguments = ["--plan", question["plan"], "--period", question["period"]]
    for name in ("as_of", "known_at"):
        if question[name]:
            arguments += [f"--{name.replace('_', '-')}", question[name]]
    if question["target_basis"] != "AT_PERIOD_END":
        arguments += ["--target-basis", question["target_basis"]]
    if question["vintage"] != "reported":
        arguments += ["--vintage", question["vintage"]]
    return arguments


def _no_duplicates(pairs: list) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Broken(f"an object repeats a key: {[key for key, _ in pairs]}")
    return found


def parse_answer(text: str) -> dict:
    """One JSON object, numbers kept as they were written unless they are integers."""
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_float=lambda digits: ("float", digits))
    except json.JSONDecodeError as error:
        raise Broken(f"no JSON: {error}: {text[:200]!r}") from error


def run(command: list[str], environment: dict | None = None, feed: str | None = None) -> subprocess.CompletedProcess:
    """Runs a command to its end; `Broken` if it hangs or dies of a signal."""
    try:
        done = subprocess.run(
            command, input=feed, capture_output=True, text=True, env=environment, timeout=TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise Broken(f"no end after {TIMEOUT_SECONDS} s: {shlex.join(command)}") from error
    if done.returncode < 0 or done.returncode >= 126:
        raise Broken(f"exit code {done.returncode}: {shlex.join(command)}\n{done.stderr.strip()[-2000:]}")
    return done


class Program:
    """A command that reads the data set folder itself, such as the reference."""

    def __init__(self, template: str):
        self._template = template

    def prepare(self):
        """Nothing to prepare."""

    def close(self):
        """Nothing to close."""

    def ask_all(self, name: str, folder: Path, questions: list[dict]) -> list[dict | None]:
        """The answers, `None` for each refusal."""
        command = [part.replace("{data}", str(folder)) for part in shlex.split(self._template)]
        return [_one(command + arguments_of(question), None) for question in questions]


class Rinda(Program):
    """`rinda` with a database of its own for each data set, made from a migrated template."""

    def __init__(self, rinda: str, conninfo: str, batch: bool):
        self._rinda, self._conninfo, self._batch = rinda, conninfo, batch
        self._prefix = f"rinda_test_reference_{os.getpid()}"
        self._has_template = False

    def _environment(self, database: str) -> dict:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("RINDA_")}
        return environment | {"RINDA_DATABASE_URL": with_database(self._conninfo, database)}

    def _sql(self, statement: str):
        done = run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self._conninfo, "-c", statement])
        if done.returncode != 0:
            raise Broken(f"psql: {done.stderr.strip()}")

    def _do(self, database: str, *arguments: str):
        done = run([self._rinda, *arguments], self._environment(database))
        if done.returncode != 0:
            raise Broken(f"rinda {shlex.join(arguments)}: exit code {done.returncode}\n{done.stderr.strip()[-3000:]}")

    def prepare(self):
        """Creates and migrates the template."""
        self._sql(f"create database {self._prefix}")
        self._has_template = True
        self._do(self._prefix, "migrate")

    def close(self):
        """Drops the template."""
        if self._has_template:
            self._sql(f"drop database if exists {self._prefix} with (force)")

    def ask_all(self, name: str, folder: Path, questions: list[dict]) -> list[dict | None]:
        """Imports the folder into a new database and asks there."""
        database = f"{self._prefix}_{name}"
        self._sql(f"create database {database} template {self._prefix}")
        try:
            self._do(database, "import", str(folder))
            environment = self._environment(database)
            if self._batch:
                return self._ask_batch(environment, questions)
            command = [self._rinda, "attainment", "--json"]
            return [_one(command + arguments_of(question), environment) for question in questions]
        finally:
            self._sql(f"drop database if exists {database} with (force)")

    def _ask_batch(self, environment: dict, questions: list[dict]) -> list[dict | None]:
        """One process: a question a line in, an answer or {"refused": reason} a line out."""
        feed = "".join(json.dumps(question) + "\n" for question in questions)
        done = run([self._rinda, "answer"], environment, feed)
        lines = done.stdout.splitlines()
        if done.returncode != 0 or len(lines) != len(questions):
            raise Broken(
                f"exit code {done.returncode}, {len(lines)} lines for {len(questions)} questions\n"
                f"{done.stderr.strip()[-2000:]}"
            )
        answers = [parse_answer(line) for line in lines]
        return [None if "refused" in answer else answer for answer in answers]


def _one(command: list[str], environment: dict | None) -> dict | None:
    done = run(command, environment)
    if done.returncode == 0:
        return parse_answer(done.stdout)
    if not done.stderr.strip():
        raise Broken(f"exit code {done.returncode} without a word: {shlex.join(command)}")
    return None


def with_database(conninfo: str, database: str) -> str:
    """The same connection string or URI for another database."""
    if conninfo.startswith(("postgres://", "postgresql://")):
        return urlunsplit(urlsplit(conninfo)._replace(path=f"/{database}"))
    rest = re.sub(r"\bdbname\s*=\s*('(?:\\.|[^'\\])*'|\S+)", "", conninfo).strip()
    return f"{rest} dbname={database}"
