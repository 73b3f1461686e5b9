"""Prints the type of the model whose folder is given."""

import argparse
import json
import pathlib

parser = argparse.ArgumentParser()
parser.add_argument("--model-path", type=pathlib.Path, required=True)
config = json.loads((parser.parse_args().model_path / "config.json").read_text())
print(config["model_type"])
