import Glibc
import NixliteCLI

exit(Program.run(CommandLine.arguments))
