#!/usr/bin/env python3
"""Makes a small real model, the same bytes on every machine.

    make_tiny_model.py DIR

DIR becomes a Hugging Face repository's files: a BERT of two layers with random-looking weights in safetensors, its
configuration, a WordPiece tokenizer and a pooling configuration in a subfolder. Only Python's standard library is used.
"""

import json
import pathlib
import struct
import sys

HIDDEN, LAYERS, INTERMEDIATE, POSITIONS = 32, 2, 64, 64
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VOCABULARY = SPECIAL + [chr(code) for code in range(ord("a"), ord("z") + 1)] + [
    f"##{chr(code)}" for code in range(ord("a"), ord("z") + 1)
] + [".", ",", "the", "model", "is", "small", "and", "real"]


def tensor_shapes() -> dict[str, list[int]]:
    shapes = {
        "embeddings.word_embeddings.weight": [len(VOCABULARY), HIDDEN],
        "embeddings.position_embeddings.weight": [POSITIONS, HIDDEN],
        "embeddings.token_type_embeddings.weight": [2, HIDDEN],
        "embeddings.LayerNorm.weight": [HIDDEN],
        "embeddings.LayerNorm.bias": [HIDDEN],
        "pooler.dense.weight": [HIDDEN, HIDDEN],
        "pooler.dense.bias": [HIDDEN],
    }
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}"
        square = ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]
        for name in square:
            shapes[f"{prefix}.{name}.weight"] = [HIDDEN, HIDDEN]
            shapes[f"{prefix}.{name}.bias"] = [HIDDEN]
        shapes[f"{prefix}.intermediate.dense.weight"] = [INTERMEDIATE, HIDDEN]
        shapes[f"{prefix}.intermediate.dense.bias"] = [INTERMEDIATE]
        shapes[f"{prefix}.output.dense.weight"] = [HIDDEN, INTERMEDIATE]
        shapes[f"{prefix}.output.dense.bias"] = [HIDDEN]
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes[f"{prefix}.{name}.weight"] = [HIDDEN]
            shapes[f"{prefix}.{name}.bias"] = [HIDDEN]
    return dict(sorted(shapes.items()))


def safetensors() -> bytes:
    """The safetensors format: header length (u64 LE), a JSON header padded with blanks, then the tensors' bytes."""
    header, body = {"__metadata__": {"format": "pt"}}, bytearray()
    state = 1
    for name, shape in tensor_shapes().items():
        count = 1
        for length in shape:
            count *= length
        begin = len(body)
        for _ in range(count):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            body += struct.pack("<f", ((state >> 40) / 2**24 - 0.5) / 8)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, len(body)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + bytes(body)


def tokenizer() -> dict:
    added = [
        {"id": index, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
         "special": True}
        for index, token in enumerate(SPECIAL)
    ]
    pieces = [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
              {"SpecialToken": {"id": "[SEP]", "type_id": 0}}]
    pair = pieces + [{"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}]
    special = {name: {"id": name, "ids": [SPECIAL.index(name)], "tokens": [name]} for name in ("[CLS]", "[SEP]")}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing", "single": pieces, "pair": pair, "special_tokens": special},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": {token: i for i, token in enumerate(VOCABULARY)}},
    }


def files() -> dict[str, bytes]:
    def text(value) -> bytes:
        return (json.dumps(value, indent=2) + "\n").encode()

    config = {
        "architectures": ["BertModel"], "model_type": "bert", "vocab_size": len(VOCABULARY), "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS, "num_attention_heads": 4, "intermediate_size": INTERMEDIATE,
        "max_position_embeddings": POSITIONS, "type_vocab_size": 2, "hidden_act": "gelu", "pad_token_id": 0,
    }
    names = {"cls_token": "[CLS]", "mask_token": "[MASK]", "pad_token": "[PAD]", "sep_token": "[SEP]",
             "unk_token": "[UNK]"}
    return {
        ".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n",
        "README.md": b"---\nlicense: apache-2.0\n---\n# A very small BERT\n\nMade for tests; it knows nothing.\n",
        "config.json": text(config),
        "model.safetensors": safetensors(),
        "special_tokens_map.json": text(names),
        "tokenizer.json": text(tokenizer()),
        "tokenizer_config.json": text({"tokenizer_class": "BertTokenizer", "do_lower_case": True,
                                       "model_max_length": POSITIONS, **names}),
        "vocab.txt": ("\n".join(VOCABULARY) + "\n").encode(),
        "1_Pooling/config.json": text({"word_embedding_dimension": HIDDEN, "pooling_mode_mean_tokens": True}),
    }


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: make_tiny_model.py DIR")
    for name, content in files().items():
        path = pathlib.Path(sys.argv[1], name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
