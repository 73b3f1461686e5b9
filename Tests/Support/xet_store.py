"""A store of files by their chunks, as Xet keeps them: packing, uploads of the real client, reconstructions.

Formats and hashes are those of the Xet specification: chunks with headers of eight bytes, xorbs of chunks, files of terms.
"""

import dataclasses
import random
import struct
import threading

import blake3
import lz4.frame

DATA_KEY = bytes.fromhex("6697f5775b9550de3135cbaca597181c9de421109beb2b58b4d0b04b93adf229")
NODE_KEY = bytes.fromhex("017ec5c7a5472996fd946666b48a02e65ddd536f37c76dd2f86352e64a53713f")
NONE, LZ4, GROUPED = range(3)
SCHEMES = {"none": [NONE], "lz4": [LZ4], "bg4": [GROUPED], "mixed": [NONE, LZ4, GROUPED]}
LONGEST_CHUNK = 128 << 10
CHUNKS_IN_XORB = 40


def name_of(digest: bytes) -> str:
    """The digits of a hash: groups of eight bytes are little-endian numbers."""
    return "".join(f"{number:016x}" for number in struct.unpack("<4Q", digest))


def digest_of(name: str) -> bytes:
    return struct.pack("<4Q", *(int(name[start : start + 16], 16) for start in range(0, 64, 16)))


def chunk_hash(content: bytes) -> bytes:
    return blake3.blake3(content, key=DATA_KEY).digest()


def root(chunks: list[tuple[bytes, int]]) -> bytes:
    """The hash over chunks' hashes and lengths."""
    while len(chunks) > 1:
        level, start = [], 0
        while start < len(chunks):
            end = min(start + 9, len(chunks))
            cuts = (i + 1 for i in range(start + 2, end) if struct.unpack("<Q", chunks[i][0][24:])[0] % 4 == 0)
            end = next(cuts, end)
            text = "".join(f"{name_of(digest)} : {size}\n" for digest, size in chunks[start:end])
            size = sum(size for _, size in chunks[start:end])
            level.append((blake3.blake3(text.encode(), key=NODE_KEY).digest(), size))
            start = end
        chunks = level
    return chunks[0][0]


def pack_chunk(content: bytes, scheme: int) -> bytes:
    packed = content
    if scheme == GROUPED:
        packed = b"".join(content[start::4] for start in range(4))
    if scheme != NONE:
        packed = lz4.frame.compress(packed, store_size=False, block_linked=False)
    header = bytes([0]) + len(packed).to_bytes(3, "little") + bytes([scheme]) + len(content).to_bytes(3, "little")
    return header + packed


def unpack_chunk(header: bytes, packed: bytes) -> bytes:
    if header[4] == NONE:
        return packed
    content = lz4.frame.decompress(packed)
    if header[4] == GROUPED:
        grouped, content, start = content, bytearray(len(content)), 0
        for place in range(4):
            count = len(content[place::4])
            content[place::4] = grouped[start : start + count]
            start += count
    return bytes(content)


@dataclasses.dataclass(frozen=True)
class Xorb:
    """Packed chunks behind one another; `ends[i]` is where chunk i ends, `sizes[i]` its length when unpacked."""

    data: bytes
    ends: list[int]
    sizes: list[int]
    digests: list[bytes]

    @property
    def name(self) -> str:
        return name_of(root(list(zip(self.digests, self.sizes))))

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The bytes of some chunks, the last included."""
        return (self.ends[start - 1] if start else 0), self.ends[end - 1] - 1

    @staticmethod
    def parse(data: bytes) -> "Xorb":
        ends, sizes, digests, position = [], [], [], 0
        while position < len(data) and data[position : position + 7] != b"XETBLOB":
            header = data[position : position + 8]
            end = position + 8 + int.from_bytes(header[1:4], "little")
            content = unpack_chunk(header, data[position + 8 : end])
            assert header[0] == 0 and len(content) == int.from_bytes(header[5:8], "little")
            ends.append(end)
            sizes.append(len(content))
            digests.append(chunk_hash(content))
            position = end
        return Xorb(data, ends, sizes, digests)


@dataclasses.dataclass(frozen=True)
class Term:
    """Chunks of a xorb that lie in a row in a file."""

    xorb: str
    start: int
    end: int
    size: int


class XetStore:
    """Xorbs and files, by the digits of their hashes."""

    def __init__(self):
        self.lock = threading.RLock()
        self.xorbs: dict[str, Xorb] = {}
        self.files: dict[str, list[Term]] = {}
        self.names: dict[str, str] = {}

    # Uploads.

    def add_xorb(self, name: str, data: bytes) -> bool:
        xorb = Xorb.parse(data)
        if xorb.name != name:
            raise ValueError(f"xorb {name} has the hash {xorb.name}")
        with self.lock:
            is_new = name not in self.xorbs
            self.xorbs[name] = xorb
        return is_new

    def add_shard(self, data: bytes) -> None:
        """Takes the files of a shard: 48 bytes of header, then a header, terms and further entries for each file."""
        position = 48
        while True:
            digest, flags, count = struct.unpack_from("<32sII", data, position)
            position += 48
            if digest == b"\xff" * 32:
                return
            terms, chunks = [], []
            for _ in range(count):
                xorb, _, size, start, end = struct.unpack_from("<32sIIII", data, position)
                position += 48
                terms.append(Term(name_of(xorb), start, end, size))
                known = self.xorbs[name_of(xorb)]
                chunks += zip(known.digests[start:end], known.sizes[start:end])
                assert sum(known.sizes[start:end]) == size
            position += 48 * count if flags >> 31 else 0
            name = self.add_file(terms, chunks)
            if name != name_of(digest):
                raise ValueError(f"file {name_of(digest)} has the hash {name}")
            if flags >> 30 & 1:
                # Stored like a hash, whose digits are the digest's.
                self.names[name_of(data[position : position + 32])] = name
                position += 48

    def add_file(self, terms: list[Term], chunks: list[tuple[bytes, int]]) -> str:
        name = name_of(blake3.blake3(root(chunks), key=bytes(32)).digest())
        with self.lock:
            self.files[name] = terms
        return name

    # Files that the store packs itself.

    def pack(self, content: bytes, sha256: str, schemes: str) -> str:
        """Packs a file in chunks of odd sizes; equal chunks once, and between chunks that nobody asks for."""
        with self.lock:
            if sha256 in self.names:
                return self.names[sha256]
            choice = random.Random(len(content))
            pieces, position = [], 0
            while position < len(content):
                size = choice.choice([choice.randint(1, 9000), choice.randint(9000, LONGEST_CHUNK), LONGEST_CHUNK])
                pieces.append(content[position : position + size])
                position += size
            known = {}
            for number, start in enumerate(range(0, len(pieces), CHUNKS_IN_XORB)):
                chunks = dict.fromkeys(piece for piece in pieces[start : start + CHUNKS_IN_XORB] if piece not in known)
                filler = [choice.randbytes(500) for _ in range(number % 3)]
                self._add_own(filler + list(chunks) + filler[:1], schemes, known)
            order = [known[piece] for piece in pieces]
            self.names[sha256] = self.add_file(self._terms(order), [(chunk_hash(p), len(p)) for p in pieces])
            return self.names[sha256]

    def _add_own(self, chunks: list[bytes], schemes: str, known: dict) -> None:
        kinds = SCHEMES[schemes]
        packed = [pack_chunk(chunk, kinds[index % len(kinds)]) for index, chunk in enumerate(chunks)]
        xorb = Xorb.parse(b"".join(packed))
        self.xorbs[xorb.name] = xorb
        for index, chunk in enumerate(chunks):
            known.setdefault(chunk, (xorb.name, index, len(chunk)))

    @staticmethod
    def _terms(order: list[tuple[str, int, int]]) -> list[Term]:
        terms: list[Term] = []
        for xorb, index, size in order:
            if terms and terms[-1].xorb == xorb and terms[-1].end == index and len(terms) % 4:
                terms[-1] = dataclasses.replace(terms[-1], end=index + 1, size=terms[-1].size + size)
            else:
                terms.append(Term(xorb, index, index + 1, size))
        return terms

    # Downloads.

    def size(self, name: str) -> int:
        return sum(term.size for term in self.files[name])

    def reconstruction(self, name: str, start: int, end: int, address) -> dict:
        """What a range of a file is made of; `address(xorb, ranges)` is where the bytes of a xorb are to be had."""
        terms, position, offset = [], 0, None
        for term in self.files[name]:
            sizes = self.xorbs[term.xorb].sizes
            first, last, size = term.end, term.start, 0
            for index in range(term.start, term.end):
                if position < end and position + sizes[index] > start:
                    offset = start - position if offset is None else offset
                    first, last, size = min(first, index), index + 1, size + sizes[index]
                position += sizes[index]
            if size:
                terms.append(Term(term.xorb, first, last, size))
        xorbs = {}
        for xorb in dict.fromkeys(term.xorb for term in terms):
            chunks: list[list[int]] = []
            for first, last in sorted((term.start, term.end) for term in terms if term.xorb == xorb):
                if chunks and first <= chunks[-1][1]:
                    chunks[-1][1] = max(last, chunks[-1][1])
                else:
                    chunks.append([first, last])
            places = [self.xorbs[xorb].place(*pair) for pair in chunks]
            ranges = [
                {"chunks": {"start": first, "end": last}, "bytes": {"start": low, "end": high}}
                for (first, last), (low, high) in zip(chunks, places)
            ]
            xorbs[xorb] = [{"url": address(xorb, places), "ranges": ranges}]
        described = [
            {"hash": term.xorb, "unpacked_length": term.size, "range": {"start": term.start, "end": term.end}}
            for term in terms
        ]
        return {"offset_into_first_range": offset or 0, "terms": described, "xorbs": xorbs}


def first_version(answer: dict) -> dict:
    """The same in the words of the protocol's first version."""
    fetches = {
        xorb: [
            {"range": part["chunks"], "url": entry["url"], "url_range": part["bytes"]}
            for entry in entries
            for part in entry["ranges"]
        ]
        for xorb, entries in answer["xorbs"].items()
    }
    return {name: value for name, value in answer.items() if name != "xorbs"} | {"fetch_info": fetches}
