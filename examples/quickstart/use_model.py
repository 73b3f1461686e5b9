"""Opens the model that the shell provides, with nothing but Python's standard library."""

import json
import math
import os
import pathlib
import struct

model = pathlib.Path(os.environ["MODEL_REPO_BERT"])
config = json.loads((model / "config.json").read_text())
with (model / "model.safetensors").open("rb") as weights:
    (length,) = struct.unpack("<Q", weights.read(8))
    header = json.loads(weights.read(length))
tensors = {name: entry["shape"] for name, entry in header.items() if name != "__metadata__"}
print(f"{config['model_type']}, {len(tensors)} tensors, {sum(map(math.prod, tensors.values()))} parameters")
