"""Documents -> blocking keys -> pairs worth comparing.

A key says "records of one article are likely to share this". Its value is 63 bits of a hash of the key's kind and
normalised text (`tokens.hash_runs`), so it can be stored and compared for ever; the bands of the abstract are MinHash
values (rensa, MINHASH_SEED, its algorithm version) over hashes of words. KEYS_VERSION says which values may be mixed.

A block of more than BLOCK_LIMIT documents is cut into finer blocks, never sampled: a pair of it must also share two of
CUTS. Which pairs are candidates is thus a function of the documents that are there, not of the order they came in;
`touched` names the documents whose pairs may differ after a change.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rensa import RMinHash

from transforms.columnar.integers import starts
from transforms.duplicates.features import UNKNOWN, Features
from transforms.duplicates.text_folding import NORMALISATION_VERSION
from transforms.text.slices import TextSlice, text_slices
from transforms.text.tokens import hash_runs, tokenize

MINHASH_SEED = 20_261_125
KEYS_VERSION = f"{NORMALISATION_VERSION}.2.{RMinHash.ALGORITHM_VERSION}"
BANDS, ROWS_PER_BAND = 8, 3
SHINGLE_WORDS = 3
WORDS_HASHED = 150
FEWEST_WORDS = 20
TITLE_START_WORDS = 4
BLOCK_LIMIT = 50
CUTS_SHARED = 2

BLOCKS = ("pmid", "doi", "pmcid", "title", "title_start", "title_end", "place", "author_page", "abstract")
TITLE_BLOCKS = ("title", "title_start", "title_end")
CUTS = ("words", "author", "page", "volume")

KEYS = pa.schema([("document_id", pa.string()), ("kind", pa.string()), ("value", pa.int64())])
PAIRS = pa.schema([("document_a", pa.string()), ("document_b", pa.string())])


def keys(documents: pa.Table) -> pa.Table:
    """The blocking keys of documents: document_id, kind (of BLOCKS or CUTS), value."""
    return keys_of(Features(documents), text_slices(documents))


def keys_of(found: Features, slices: Iterable[TextSlice]) -> pa.Table:
    """`keys` of documents whose features are at hand, and their text."""
    row, kind, value = _keys(found, slices)
    return pa.table({"document_id": pa.array(found.ids, pa.string()).take(row), "kind": kind, "value": value}, KEYS)


def content_keys(documents: pa.Table, slices: Iterable[TextSlice], *carried: str) -> pa.Table:
    """The keys of every content at hand, of several versions of a document too: `document_keys` without `batch`, and
    the `carried` columns of the document. `slices`: the documents' text.
    """
    row, kind, value = _keys(Features(documents), slices)
    named = {name: documents[name].combine_chunks().take(row) for name in ("document_id", "digest", *carried)}
    made_by = pa.array([KEYS_VERSION]).take(pa.array(np.zeros(len(row), np.int8)))
    return pa.table({**named, "kind": kind, "value": value, "keys_version": made_by})


def _keys(found: Features, slices: Iterable[TextSlice]) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Of each key the row of its document, its kind and its value."""
    hashed = {kind: _hashed(kind, texts) for kind, texts in _texts_by_kind(found).items()}
    hashed["abstract"] = _bands(slices)
    rows, values = (np.concatenate(parts) for parts in zip(*hashed.values(), strict=True))
    kind = np.repeat(np.arange(len(hashed), dtype=np.int8), [len(rows) for rows, _ in hashed.values()])
    return (
        pa.array(rows),
        pa.array(list(hashed), pa.string()).take(pa.array(kind)),
        pa.array((values >> np.uint64(1)).astype(np.int64)),
    )


def _texts_by_kind(found: Features) -> dict[str, Iterable[tuple[int, str]]]:
    """For each kind of key but the abstract's: (number of the document, text of the key)."""
    numbers = range(len(found))
    titles = [title.split() for title in found.titles]
    pmids = found.pmid.tolist()
    years, volumes, pages = found.year.tolist(), found.volume.tolist(), found.first_page.tolist()
    return {
        "pmid": ((n, str(pmid)) for n in numbers for pmid in {*found.republished[n], pmids[n]} if pmid != UNKNOWN),
        "doi": ((n, doi) for n, doi in enumerate(found.doi) if doi),
        "pmcid": ((n, pmcid) for n, pmcid in enumerate(found.pmcid) if pmcid),
        "title": ((n, key) for n, key in enumerate(found.title_keys) if key),
        "title_start": (
            (n, f"{name} {' '.join(titles[n][:TITLE_START_WORDS])}") for n in numbers for name in found.first_names[n]
        ),
        "title_end": (
            (n, f"{name} {' '.join(titles[n][-TITLE_START_WORDS:])}") for n in numbers for name in found.first_names[n]
        ),
        "place": ((n, f"{volumes[n]} {pages[n]} {years[n]}") for n in numbers if UNKNOWN not in (volumes[n], pages[n])),
        "author_page": (
            (n, f"{name} {pages[n]}") for n in numbers if pages[n] != UNKNOWN for name in found.first_names[n]
        ),
        "author": ((n, name) for n in numbers for name in found.first_names[n]),
        "page": ((n, str(pages[n])) for n in numbers if pages[n] != UNKNOWN),
        "volume": ((n, f"{volumes[n]} {years[n]}") for n in numbers if volumes[n] != UNKNOWN),
        "words": ((n, " ".join(titles[n][:2])) for n in numbers if titles[n]),
    }


def _hashed(kind: str, texts: Iterable[tuple[int, str]]) -> tuple[np.ndarray, np.ndarray]:
    """(row of the document, value) of each key of one kind."""
    numbered = [*texts]
    text = pa.array([text for _, text in numbered], pa.string())
    _, offsets, contents = text.buffers()
    ends = np.frombuffer(offsets, np.int32)[: len(text) + 1].astype(np.int64)
    letters = np.frombuffer(contents or b"", np.uint8)
    values = _mixed(hash_runs(letters, ends[:-1], np.diff(ends)) ^ tokenize(kind.replace("_", "")).hash)
    return np.array([number for number, _ in numbered], np.int64), values


def _bands(slices: Iterable[TextSlice]) -> tuple[np.ndarray, np.ndarray]:
    """(row of the document, value) of each band of each abstract of at least FEWEST_WORDS words."""
    rows, values = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
    for part in slices:
        text, words = part.text, part.words
        begin = np.searchsorted(words.start, text.begin[:-1] + text.title_length + 1)
        length = np.minimum(np.searchsorted(words.start, text.begin[1:]) - begin, WORDS_HASHED)
        long = np.flatnonzero(length >= FEWEST_WORDS)
        if len(long):
            rows.append(np.repeat(part.first + long, BANDS))
            values.append(_band_values(words.hash, begin[long], length[long]))
    return np.concatenate(rows), np.concatenate(values)


def _band_values(hashes: np.ndarray, begin: np.ndarray, length: np.ndarray) -> np.ndarray:
    """The bands of stretches of words, given by the words' hashes."""
    shingled = _mixed(_mixed(hashes[:-2]) + hashes[1:-1]) + hashes[2:]
    shingles = length - (SHINGLE_WORDS - 1)
    before = np.cumsum(shingles) - shingles
    chosen = np.repeat(begin - before, shingles) + np.arange(shingles.sum())
    offsets = np.append(before, shingles.sum()).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        shingled[chosen], offsets, BANDS * ROWS_PER_BAND, MINHASH_SEED
    )
    rows = np.array(matrix.to_rows(), np.uint64).reshape(len(begin), BANDS, ROWS_PER_BAND)
    values = np.repeat(np.arange(1, BANDS + 1, dtype=np.uint64)[None, :], len(begin), axis=0)
    for row in range(ROWS_PER_BAND):
        values = _mixed(values + rows[:, :, row])
    return values.ravel()


def _mixed(values: np.ndarray) -> np.ndarray:
    """The finalizer of SplitMix64 (Steele, Lea, Flood 2014): a stable mixing of 64-bit integers."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def candidates(all_keys: pa.Table, document_ids: pa.Array | None = None) -> pa.Table:
    """Pairs that share a block: document_a < document_b, distinct, ascending; with `document_ids` only pairs of those.

    `all_keys` has the keys of all documents, in any order. Work grows with the pairs found and one scan of the keys.
    With `document_ids` it is enough to hand in the blocks these have keys in, whole, and the CUTS of their members.
    """
    blocks = all_keys.filter(pc.is_in(all_keys["kind"], pa.array(BLOCKS)))
    if document_ids is not None:
        asked = pc.unique(blocks.filter(pc.is_in(blocks["document_id"], document_ids))["value"])
        blocks = blocks.filter(pc.is_in(blocks["value"], asked))
    ids = pc.unique(blocks["document_id"]).take(pc.sort_indices(pc.unique(blocks["document_id"])))
    cuts = all_keys.filter(pc.is_in(all_keys["kind"], pa.array(CUTS)))
    of_titles = np.asarray(pc.is_in(blocks["kind"], pa.array(TITLE_BLOCKS)))
    values, members, of_titles = _sorted_blocks(
        blocks["value"].to_numpy(), _codes(blocks["document_id"], ids), of_titles
    )
    pairs = list(_pairs(values, members, lambda overfull: _cuts_of(cuts, ids, overfull), of_titles))
    codes = np.unique(np.concatenate([np.empty(0, np.int64), *pairs]))
    a, b = codes >> 32, codes & 0xFFFFFFFF
    if document_ids is not None:
        wanted = np.asarray(pc.is_in(ids, document_ids))
        a, b = a[wanted[a] | wanted[b]], b[wanted[a] | wanted[b]]
    return pa.table({"document_a": ids.take(pa.array(a)), "document_b": ids.take(pa.array(b))}, PAIRS)


def touched(all_keys: pa.Table, changed: pa.Array, former_keys: pa.Table) -> pa.Array:
    """Which documents' candidate pairs may differ after `changed` were added, changed or removed; those among them.

    `all_keys` as they are now, `former_keys` those that the changed documents had before. Beside the changed documents
    these are the members of blocks that grew past BLOCK_LIMIT or shrank to it: their edges are to be decided anew. Of
    `all_keys` the blocks that the changed documents have, or had, keys in are enough.
    """
    blocks = all_keys.filter(pc.is_in(all_keys["kind"], pa.array(BLOCKS)))
    gained = blocks.filter(pc.is_in(blocks["document_id"], changed)).group_by("value").aggregate([([], "count_all")])
    former = former_keys.filter(pc.is_in(former_keys["kind"], pa.array(BLOCKS)))
    lost = former.group_by("value").aggregate([([], "count_all")]).rename_columns(["value", "lost"])
    moved = gained.join(lost, "value", join_type="full outer")
    now = blocks.filter(pc.is_in(blocks["value"], moved["value"])).group_by("value").aggregate([([], "count_all")])
    sizes = moved.join(now.rename_columns(["value", "now"]), "value", join_type="left outer")
    size, gain, loss = (pc.fill_null(sizes[name], 0) for name in ("now", "count_all", "lost"))
    before = pc.add(pc.subtract(size, gain), loss)
    crossed = sizes.filter(pc.xor(pc.greater(size, BLOCK_LIMIT), pc.greater(before, BLOCK_LIMIT)))["value"]
    members = blocks.filter(pc.is_in(blocks["value"], crossed))["document_id"]
    return pc.unique(pa.chunked_array([*members.chunks, changed.cast(pa.string())], pa.string()))


def _codes(ids: pa.ChunkedArray, sorted_ids: pa.Array) -> np.ndarray:
    return pc.index_in(ids, sorted_ids).to_numpy().astype(np.int64)


def _cuts_of(cuts: pa.Table, ids: pa.Array, members: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(members, values, number of the kind in CUTS) of the cut keys of some documents, sorted by member."""
    rows = cuts.filter(pc.is_in(cuts["document_id"], ids.take(pa.array(members))))
    codes = _codes(rows["document_id"], ids)
    kinds = pc.index_in(rows["kind"], pa.array(CUTS)).to_numpy()
    order = np.argsort(codes, kind="stable")
    return codes[order], rows["value"].to_numpy()[order].astype(np.uint64), kinds[order]


def _pairs(
    values: np.ndarray,
    members: np.ndarray,
    cuts_of: Callable[[np.ndarray], tuple[np.ndarray, ...]],
    of_titles: np.ndarray,
) -> Iterator[np.ndarray]:
    """Pairs within blocks as (smaller << 32 | larger); of overfull blocks those that share CUTS_SHARED cuts as well.

    `of_titles`: rows of blocks that are titles already, which words of titles cannot cut.
    """
    begin, sizes = _groups(values)
    full = sizes > BLOCK_LIMIT
    yield from _within(members, begin[~full], sizes[~full])
    if full.any():
        rows = np.repeat(full, sizes)
        values, members, kinds = values[rows], members[rows], np.where(of_titles[rows], CUTS.index("words"), -1)
        cuts = cuts_of(np.unique(members))
        for _ in range(CUTS_SHARED):
            values, members, kinds = _refined(values, members, kinds, cuts)
        yield from _within(members, *_groups(values))


def _groups(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(beginnings, sizes) of the runs of equal values."""
    begin = starts(values)
    return begin, np.diff(np.append(begin, len(values)))


def _within(members: np.ndarray, begin: np.ndarray, sizes: np.ndarray) -> Iterator[np.ndarray]:
    """All pairs of the members, ascending in each group."""
    for size in np.unique(sizes[sizes > 1]):
        block = members[begin[sizes == size][:, None] + np.arange(size)]
        one, other = np.triu_indices(size, 1)
        yield (block[:, one] << 32 | block[:, other]).ravel()


def _refined(
    values: np.ndarray, members: np.ndarray, kinds: np.ndarray, cuts: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, ...]:
    """Rows of blocks, each once for every cut of its member that is of a later kind than the cut before."""
    owners, cut_values, cut_kinds = cuts
    left = np.searchsorted(owners, members, "left")
    counts = np.searchsorted(owners, members, "right") - left
    row = np.repeat(np.arange(len(members)), counts)
    cut = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts) + left[row]
    keep = cut_kinds[cut] > kinds[row]
    row, cut = row[keep], cut[keep]
    finer = _mixed(values[row].astype(np.uint64)) + _mixed(cut_values[cut])
    order = np.lexsort((members[row], finer))
    return finer[order], members[row][order], cut_kinds[cut][order]


def _sorted_blocks(values: np.ndarray, members: np.ndarray, of_titles: np.ndarray) -> tuple[np.ndarray, ...]:
    """Distinct (value, member) rows, sorted by both, with what belongs to them."""
    order = np.lexsort((members, values))
    values, members, of_titles = values[order], members[order], of_titles[order]
    first = np.ones(len(values), bool)
    first[1:] = (values[1:] != values[:-1]) | (members[1:] != members[:-1])
    return values[first], members[first], of_titles[first]
