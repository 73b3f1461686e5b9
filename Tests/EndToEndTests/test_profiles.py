"""What observing the calls of an evaluation gives: the stacks and lines that Nix 2.34 gives for the same file."""

import json
import re
import subprocess

import pytest
from workbench import NIXLITE

CALLS = """let
  length = list: builtins.length list;
  twice = f: f (f [ 1 2 ]);
  wrap = x: [ (length x) ];
in
[ (twice wrap) (builtins.foldl' (sum: n: sum + n) 0 (map length [ [ ] [ 1 ] ])) ]
"""
