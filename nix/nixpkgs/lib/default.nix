# What a project gets that writes `import (nixpkgs + "/lib")`.
import ../../lib
