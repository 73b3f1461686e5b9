"""`nixlite repl` on a terminal: line editing, completion, interrupts, history."""

import os
import pty
import re
import select
import subprocess
import time

import pytest
from workbench import NIXLITE

DEADLINE_SECONDS = 60
PROMPT = "nix-repl> "


class Terminal:
    """A repl with a pseudo-terminal; `text` is all that it has shown."""

    def __init__(self, home, *arguments, **variables):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm", "LC_ALL": "C.UTF-8"}
            environment |= variables
            os.execve(NIXLITE, [NIXLITE, "repl", "--store", str(home / "store"), *arguments], environment)
        self.text = ""

    def wait_for(self, text: str) -> str:
        """Reads until `text` has come after what was asked for before; returns what came up to it."""
        end = time.monotonic() + DEADLINE_SECONDS
        while text not in self.plain():
            assert time.monotonic() < end, f"no {text!r} in {self.text!r}"
            self.read()
        before, _, after = self.plain().partition(text)
        self.text = after
        return before

    def plain(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.text)

    def read(self) -> None:
        ready, _, _ = select.select([self.descriptor], [], [], 1)
        if ready:
            try:
                self.text += os.read(self.descriptor, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"the repl ended: {self.text!r}") from None

    def send(self, text: str) -> None:
        os.write(self.descriptor, text.encode())

    def exit_code(self) -> int:
        end = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < end:
            try:
                self.read()
            except AssertionError:
                break
        else:
            os.kill(self.pid, 9)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def start(home):
    running = []

    def run(*arguments, **variables) -> Terminal:
        running.append(Terminal(home, *arguments, **variables))
        running[-1].wait_for(PROMPT)
        return running[-1]

    yield run
    for terminal in running:
        os.close(terminal.descriptor)


def test_values_and_end(start):
    terminal = start()
    terminal.send("1 + 2\n")
    terminal.wait_for("\n3")
    terminal.wait_for(PROMPT)
    terminal.send("\x04")
    assert terminal.exit_code() == 0


@pytest.mark.parametrize("typed", ["\x04", "1 + 2\n\x04", "so\x7f\x7f7\r:q\r"])
def test_what_is_typed_during_an_evaluation_is_kept(start, typed):
    terminal = start()
    terminal.send('builtins.trace "begun" (builtins.foldl\' (a: b: a + b) 0 (builtins.genList (x: x) 3000000))\n')
    terminal.wait_for("trace: begun")
    terminal.send(typed)
    assert terminal.exit_code() == 0


def test_lines_are_edited(start):
    terminal = start()
    terminal.send("1 + 9\x7f2\n")
    terminal.wait_for("\n3")
    terminal.wait_for(PROMPT)
    terminal.send('"é" + "x"\x1b[D\x1b[D\x7f"ü\n')
    terminal.wait_for('\n"éüx"')


def test_attributes_are_completed(start):
    terminal = start()
    terminal.send("builtins.foldl\t (a: b: a + b) 0 [ 1 2 39 ]\n")
    terminal.wait_for("\n42")


def test_variables_and_paths_are_completed(start, home):
    (home / "values").mkdir()
    (home / "values" / "only.nix").write_text("7")
    terminal = start()
    terminal.send("someVariable = 5\n")
    terminal.wait_for(PROMPT)
    terminal.send("someV\t + 1\n")
    terminal.wait_for("\n6")
    terminal.wait_for(PROMPT)
    terminal.send("import ./values/\t\n")
    terminal.wait_for("\n7")


def test_input_of_several_lines(start):
    terminal = start()
    terminal.send("x = {\n")
    terminal.wait_for("        > ")
    terminal.send("a = 5; }\n")
    terminal.wait_for(PROMPT)
    terminal.send("x.a\n")
    terminal.wait_for("\n5")


def test_interrupt_drops_the_line(start):
    terminal = start()
    terminal.send("1 + (\n")
    terminal.wait_for("        > ")
    terminal.send("unfinished\x03")
    terminal.wait_for(PROMPT)
    terminal.send("2\n")
    terminal.wait_for("\n2")


def test_interrupt_stops_an_evaluation(start):
    terminal = start()
    endless = "builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }"
    terminal.send(f'builtins.trace "begun" ({endless})\n')
    # What is typed holds no such text: it comes when the evaluation has begun.
    terminal.wait_for("trace: begun")
    terminal.send("\x03")
    terminal.wait_for("interrupted by the user")
    terminal.wait_for(PROMPT)
    terminal.send("3\n")
    terminal.wait_for("\n3")


def test_history_is_kept(start):
    terminal = start()
    terminal.send("40 + 2\n")
    terminal.wait_for("\n42")
    terminal.wait_for(PROMPT)
    terminal.send(":q\n")
    assert terminal.exit_code() == 0
    again = start()
    again.send("\x1b[A\x1b[A\n")
    again.wait_for("\n42")


def test_editor_opens_and_files_are_read_again(start, home):
    (home / "f.nix").write_text("{ f = x: x; value = 1; }\n")
    editor = home / "editor"
    editor.write_text('#!/bin/sh\nprintf "{ value = 2; }" > "$1"\n')
    editor.chmod(0o755)
    terminal = start(EDITOR=str(editor))
    terminal.send(":l f.nix\n")
    terminal.wait_for(PROMPT)
    terminal.send("value\n")
    terminal.wait_for("\n1")
    terminal.wait_for(PROMPT)
    terminal.send(":e ./f.nix\n")
    terminal.wait_for(PROMPT)
    terminal.send("value\n")
    terminal.wait_for("\n2")


def test_help_and_documentation(home):
    (home / "f.nix").write_text("{\n  /** Adds `b` to *a*. */\n  add = a: b: a + b;\n}\n")
    result = subprocess.run(
        [NIXLITE, "repl", "--store", str(home / "store"), "--file", "f.nix"], cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home)}, input=":?\n:doc add\n:e 1\n", capture_output=True, text=True,
        timeout=DEADLINE_SECONDS,
    )
    assert result.returncode == 0
    assert "The following commands are available:" in result.stdout
    assert f"Function add\n… defined at {home}/f.nix:3:9\n\nAdds b to a.\n" in result.stdout
    assert "Loading installable ''...\nAdded 1 variables.\nadd\n" in result.stderr
    assert result.stderr.endswith("error: package '1' has no source location information\n")


def test_build(home):
    result = subprocess.run(
        [NIXLITE, "repl", "--store", str(home / "store")], cwd=home, env={"PATH": os.environ["PATH"], "HOME": str(home)},
        input=':bl derivation { name = "x"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo built > $out" ]; }\n:b 1\n',
        capture_output=True, text=True, timeout=DEADLINE_SECONDS,
    )
    assert result.returncode == 0
    assert re.search(r"This derivation produced the following outputs:\n  \./repl-result-out -> /nix/store/\w+-x\n", result.stdout)
    assert (home / "repl-result-out").read_text() == "built\n"
    assert "error: expression does not evaluate to a derivation, so I can't build it" in result.stderr


def derivation(name: str, script: str, **variables: str) -> str:
    more = "".join(f'{key} = "{value}"; ' for key, value in variables.items())
    return f'derivation {{ name = "{name}"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "{script}" ]; {more}}}'


def run_repl(home, text, *arguments):
    return subprocess.run(
        [NIXLITE, "repl", "--store", str(home / "store"), *arguments], cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home)}, input=text, capture_output=True, text=True,
        timeout=DEADLINE_SECONDS,
    )


@pytest.mark.parametrize("begin", [":b ", "import "])
def test_interrupt_stops_a_build(begin, start, home):
    process = home / "process"
    terminal = start()
    terminal.send(f"{begin}({derivation('slow', f'echo $$ > {process}; exec /bin/sleep 300')})\n")
    end = time.monotonic() + DEADLINE_SECONDS
    while not (process.exists() and process.read_text().endswith("\n")):
        assert time.monotonic() < end
        time.sleep(0.05)
    builder = process.read_text().strip()
    terminal.send("\x03")
    terminal.wait_for("error: interrupted by the user")
    terminal.wait_for(PROMPT)
    while os.path.exists(f"/proc/{builder}"):
        assert time.monotonic() < end
        time.sleep(0.05)
    terminal.send(f":b {derivation('fast', 'echo built > $out')}\n")
    terminal.wait_for("This derivation produced the following outputs:")


def test_log(home):
    loud = derivation("loud", "echo said; echo > $out")
    silent = derivation("silent", "echo > $out")
    result = run_repl(home, f":log {loud}\n:b {loud}\n:log {loud}\n:b {silent}\n:log {silent}\n:log 1\n")
    assert result.returncode == 0
    assert re.search(r"^error: build log of '/nix/store/\w+-loud\.drv' is not available$", result.stderr, re.MULTILINE)
    assert re.search(r"^got build log for '/nix/store/\w+-loud\.drv' from 'local'$", result.stderr, re.MULTILINE)
    assert re.search(r"^got build log for '/nix/store/\w+-silent\.drv' from 'local'$", result.stderr, re.MULTILINE)
    assert "\nsaid\n\n\n" in result.stdout
    assert "error: expression does not evaluate to a derivation, so I can't build it" in result.stderr


def test_shell_of_a_derivation(start):
    terminal = start()
    terminal.send(f"needed = {derivation('needed', 'echo contents > $out')}\n")
    terminal.wait_for(PROMPT)
    terminal.send(f":sh {derivation('wanted', 'exit 1', variable='value', needed='${needed}')}\n")
    terminal.wait_for("(wanted)")
    terminal.send('echo "it is $variable"; sed "s/^/with /" $needed; exit\n')
    terminal.wait_for("it is value")
    terminal.wait_for("with contents")
    terminal.wait_for(PROMPT)
    terminal.send("1 + 2\n")
    terminal.wait_for("\n3")


def test_shell_with_a_derivation(home, start):
    (home / "packages").mkdir()
    (home / "packages" / "default.nix").write_text(
        "{ }: { runCommand = name: attributes: text: derivation (attributes // {\n"
        '  inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" text ]; }); }\n'
    )
    script = "/bin/mkdir -p $out/bin; echo '#!/bin/sh' > $out/bin/tool; echo echo it ran >> $out/bin/tool; /bin/chmod +x $out/bin/tool"
    terminal = start("-I", f"nixpkgs={home}/packages")
    terminal.send(f":u {derivation('tool', script)}\n")
    terminal.wait_for("(shell)")
    terminal.send("tool; exit\n")
    terminal.wait_for("it ran")
    terminal.wait_for(PROMPT)
    without = run_repl(home, f":u {derivation('tool', script)}\n")
    assert "error: file 'nixpkgs' was not found in the Nix search path" in without.stderr


def test_what_there_is_none_of(home):
    result = run_repl(home, f":i {derivation('x', 'true')}\n:i 1\n")
    assert "error: ':i' is not there: nixlite keeps no profiles" in result.stderr
    assert "error: expression does not evaluate to a derivation, so I can't build it" in result.stderr
