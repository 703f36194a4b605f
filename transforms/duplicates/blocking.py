"""Blocking: choose the pairs of documents that are compared, because comparing all pairs would be quadratic.

Documents that share a blocking key form a block, and the pairs within a block are the candidates. Two invented records:

    d0  "Iodised salt and thyroid nodules in towns"  Brandt, Uwe  2016  26: 201-209  doi 10.1000/a
    d1  "IODISED SALT and thyroid nodules in towns"  Brandt U     2016  26: 201-9    (no DOI)

    kind         text that is hashed                   d0   d1
    doi          10.1000/a                             yes  -
    title        iodisedsaltthyroidnodulestowns        yes  yes
    title_start  brandt iodised salt thyroid nodules   yes  yes
    place        26 201 2016                           yes  yes
    author_page  brandt 201                            yes  yes     -> one candidate pair (d0, d1)

A key's value is 63 bits of a hash of its kind and normalised text (`tokens.hash_runs`), so it can be stored and
compared with keys of later releases. The bands of the abstract are MinHash values (rensa, seeded with MINHASH_SEED)
over hashes of words. Only values of the same KEYS_VERSION are comparable.

A block of more than BLOCK_LIMIT documents is divided, never sampled: a pair of it must also share two of
REFINING_KINDS. The candidate pairs therefore depend on the set of documents only, not on the order of arrival;
`affected_documents` returns the documents whose pairs may differ after a change.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rensa import RMinHash

from transforms.columnar.integers import run_starts
from transforms.duplicates.features import MISSING, Features
from transforms.duplicates.text_folding import NORMALISATION_VERSION
from transforms.text.slices import TextSlice, text_slices
from transforms.text.tokens import hash_runs, tokenize

MINHASH_SEED = 20_261_125
KEYS_VERSION = f"{NORMALISATION_VERSION}.2.{RMinHash.ALGORITHM_VERSION}"
BANDS, ROWS_PER_BAND = 8, 3
"""Abstracts whose shingles overlap by a Jaccard index s share a band with probability 1 - (1 - s^3)^8: half at 0.44."""
SHINGLE_WORDS = 3
MAX_WORDS_HASHED = 150
MIN_ABSTRACT_WORDS = 20
TITLE_START_WORDS = 4
BLOCK_LIMIT = 50
"""Documents; larger blocks are divided by REFINING_KINDS."""
REFINING_KEYS_SHARED = 2

BLOCK_KINDS = ("pmid", "doi", "pmcid", "title", "title_start", "title_end", "place", "author_page", "abstract")
TITLE_BLOCK_KINDS = ("title", "title_start", "title_end")
REFINING_KINDS = ("words", "author", "page", "volume")

KEYS = pa.schema([("document_id", pa.string()), ("kind", pa.string()), ("value", pa.int64())])
PAIRS = pa.schema([("document_a", pa.string()), ("document_b", pa.string())])


def blocking_keys(documents: pa.Table) -> pa.Table:
    """Return the blocking keys of documents: document_id, kind (of BLOCK_KINDS or REFINING_KINDS), value."""
    return keys_from_features(Features(documents), text_slices(documents))


def keys_from_features(features: Features, slices: Iterable[TextSlice]) -> pa.Table:
    """Return `blocking_keys` for documents whose features and text slices have been computed already."""
    row, kind, value = _compute_keys(features, slices)
    return pa.table({"document_id": pa.array(features.ids, pa.string()).take(row), "kind": kind, "value": value}, KEYS)


def content_keys(documents: pa.Table, slices: Iterable[TextSlice], *carried: str) -> pa.Table:
    """Return rows of table `document_keys` without `batch`, followed by the `carried` columns of `documents`.

    `documents` may hold several versions of one document_id; each gets its own keys. `slices` are their texts.
    """
    row, kind, value = _compute_keys(Features(documents), slices)
    named = {name: documents[name].combine_chunks().take(row) for name in ("document_id", "digest", *carried)}
    made_by = pa.array([KEYS_VERSION]).take(pa.array(np.zeros(len(row), np.int8)))
    return pa.table({**named, "kind": kind, "value": value, "keys_version": made_by})


def _compute_keys(features: Features, slices: Iterable[TextSlice]) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Return three parallel arrays: the row of each key's document, the key's kind and its value."""
    keys_by_kind = {kind: _hash_texts(kind, texts) for kind, texts in _texts_by_kind(features).items()}
    keys_by_kind["abstract"] = _abstract_bands(slices)
    rows, values = (np.concatenate(parts) for parts in zip(*keys_by_kind.values(), strict=True))
    kind = np.repeat(np.arange(len(keys_by_kind), dtype=np.int8), [len(rows) for rows, _ in keys_by_kind.values()])
    return (
        pa.array(rows),
        pa.array(list(keys_by_kind), pa.string()).take(pa.array(kind)),
        # DuckDB and Arrow store signed integers: the lowest bit is dropped so that the value is never negative.
        pa.array((values >> np.uint64(1)).astype(np.int64)),
    )


def _texts_by_kind(features: Features) -> dict[str, Iterable[tuple[int, str]]]:
    """Return for each kind of key, except 'abstract', the pairs (row of the document, text of the key)."""
    numbers = range(len(features))
    titles = [title.split() for title in features.titles]
    pmids = features.pmid.tolist()
    years, volumes, pages = features.year.tolist(), features.volume.tolist(), features.first_page.tolist()
    return {
        # also under the PMIDs of what it republishes or reprints: two editions of one text meet
        "pmid": ((n, str(pmid)) for n in numbers for pmid in {*features.republished[n], pmids[n]} if pmid != MISSING),
        "doi": ((n, doi) for n, doi in enumerate(features.doi) if doi),
        "pmcid": ((n, pmcid) for n, pmcid in enumerate(features.pmcid) if pmcid),
        "title": ((n, key) for n, key in enumerate(features.title_keys) if key),
        "title_start": (
            (n, f"{name} {' '.join(titles[n][:TITLE_START_WORDS])}")
            for n in numbers
            for name in features.first_names[n]
        ),
        "title_end": (
            (n, f"{name} {' '.join(titles[n][-TITLE_START_WORDS:])}")
            for n in numbers
            for name in features.first_names[n]
        ),
        "place": ((n, f"{volumes[n]} {pages[n]} {years[n]}") for n in numbers if MISSING not in (volumes[n], pages[n])),
        "author_page": (
            (n, f"{name} {pages[n]}") for n in numbers if pages[n] != MISSING for name in features.first_names[n]
        ),
        "author": ((n, name) for n in numbers for name in features.first_names[n]),
        "page": ((n, str(pages[n])) for n in numbers if pages[n] != MISSING),
        "volume": ((n, f"{volumes[n]} {years[n]}") for n in numbers if volumes[n] != MISSING),
        "words": ((n, " ".join(titles[n][:2])) for n in numbers if titles[n]),
    }


def _hash_texts(kind: str, texts: Iterable[tuple[int, str]]) -> tuple[np.ndarray, np.ndarray]:
    """Hash the keys of one kind; return two parallel arrays, the row of each key's document and the key's value."""
    numbered = [*texts]
    # Arrow lays all texts out as one run of bytes with offsets, which is the form in which `hash_runs` takes words.
    text = pa.array([text for _, text in numbered], pa.string())
    _, offsets, contents = text.buffers()
    ends = np.frombuffer(offsets, np.int32)[: len(text) + 1].astype(np.int64)
    letters = np.frombuffer(contents or b"", np.uint8)
    # The kind is part of the hash: PMID 26 and volume 26 must not share a block.
    values = _mix(hash_runs(letters, ends[:-1], np.diff(ends)) ^ tokenize(kind.replace("_", "")).hash)
    return np.array([number for number, _ in numbered], np.int64), values


def _abstract_bands(slices: Iterable[TextSlice]) -> tuple[np.ndarray, np.ndarray]:
    """Return two parallel arrays, document row and value, with BANDS entries for each abstract that is long enough.

    Abstracts of fewer than MIN_ABSTRACT_WORDS words have no bands; only the first MAX_WORDS_HASHED words are read.
    """
    rows, values = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
    for part in slices:
        text, words = part.text, part.document_tokens
        # A text is title + ' ' + abstract: the abstract's words start after the title and the space.
        begin = np.searchsorted(words.start, text.begin[:-1] + text.title_length + 1)
        length = np.minimum(np.searchsorted(words.start, text.begin[1:]) - begin, MAX_WORDS_HASHED)
        long = np.flatnonzero(length >= MIN_ABSTRACT_WORDS)
        if len(long):
            rows.append(np.repeat(part.first + long, BANDS))
            values.append(_band_values(words.hash, begin[long], length[long]))
    return np.concatenate(rows), np.concatenate(values)


def _band_values(hashes: np.ndarray, begin: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Return the MinHash bands of runs of words, BANDS values a run, flattened.

    `hashes` are those of all words of a slice; run i is hashes[begin[i] : begin[i] + length[i]]. A shingle is the hash
    of SHINGLE_WORDS consecutive words, so a run of n words has n - 2 shingles:

        words      w0 w1 w2 w3 w4 | w5 w6 w7 w8      begin = [0, 5], length = [5, 4]
        shingles   s0 s1 s2         s5 s6            shingles = [3, 2], chosen = [0, 1, 2, 5, 6]

    s3 and s4 span two documents and are not chosen.
    """
    shingle_hashes = _mix(_mix(hashes[:-2]) + hashes[1:-1]) + hashes[2:]
    shingles = length - (SHINGLE_WORDS - 1)
    before = np.cumsum(shingles) - shingles
    chosen = np.repeat(begin - before, shingles) + np.arange(shingles.sum())
    offsets = np.append(before, shingles.sum()).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        shingle_hashes[chosen], offsets, BANDS * ROWS_PER_BAND, MINHASH_SEED
    )
    rows = np.array(matrix.to_rows(), np.uint64).reshape(len(begin), BANDS, ROWS_PER_BAND)
    values = np.repeat(np.arange(1, BANDS + 1, dtype=np.uint64)[None, :], len(begin), axis=0)
    for row in range(ROWS_PER_BAND):
        values = _mix(values + rows[:, :, row])
    return values.ravel()


def _mix(values: np.ndarray) -> np.ndarray:
    """Mix the bits of 64-bit integers with the finalizer of SplitMix64 (Steele, Lea, Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def candidate_pairs(all_keys: pa.Table, document_ids: pa.Array | None = None) -> pa.Table:
    """Return the distinct pairs that share a block, document_a < document_b, in ascending order.

    `all_keys` has the keys of all documents, in any order. With `document_ids` only pairs with at least one of them are
    returned, and `all_keys` needs to hold only the blocks they are in, complete, and the refining keys of the members.
    The cost is one scan of the keys plus the number of pairs.
    """
    blocks = all_keys.filter(pc.is_in(all_keys["kind"], pa.array(BLOCK_KINDS)))
    if document_ids is not None:
        wanted_values = pc.unique(blocks.filter(pc.is_in(blocks["document_id"], document_ids))["value"])
        blocks = blocks.filter(pc.is_in(blocks["value"], wanted_values))
    ids = pc.unique(blocks["document_id"]).take(pc.sort_indices(pc.unique(blocks["document_id"])))
    refining_keys = all_keys.filter(pc.is_in(all_keys["kind"], pa.array(REFINING_KINDS)))
    is_title_block = np.asarray(pc.is_in(blocks["kind"], pa.array(TITLE_BLOCK_KINDS)))
    values, members, is_title_block = _sort_blocks(
        blocks["value"].to_numpy(), _positions(blocks["document_id"], ids), is_title_block
    )
    pairs = list(_pairs(values, members, lambda overfull: _refining_keys(refining_keys, ids, overfull), is_title_block))
    # A pair is one integer, (number of document_a << 32) | number of document_b: `unique` then sorts and deduplicates.
    codes = np.unique(np.concatenate([np.empty(0, np.int64), *pairs]))
    a, b = codes >> 32, codes & 0xFFFFFFFF
    if document_ids is not None:
        wanted = np.asarray(pc.is_in(ids, document_ids))
        a, b = a[wanted[a] | wanted[b]], b[wanted[a] | wanted[b]]
    return pa.table({"document_a": ids.take(pa.array(a)), "document_b": ids.take(pa.array(b))}, PAIRS)


def affected_documents(all_keys: pa.Table, changed: pa.Array, former_keys: pa.Table) -> pa.Array:
    """Return the ids of documents whose candidate pairs may differ after `changed` were added, changed or removed.

    These are `changed` and the members of blocks that grew past BLOCK_LIMIT or shrank to it: such a block is divided
    now and was not before, or the reverse. `all_keys` are the current keys, `former_keys` those the changed documents
    had before. Of `all_keys` the blocks in which a changed document has or had a key are enough.
    """
    blocks = all_keys.filter(pc.is_in(all_keys["kind"], pa.array(BLOCK_KINDS)))
    gained = blocks.filter(pc.is_in(blocks["document_id"], changed)).group_by("value").aggregate([([], "count_all")])
    former = former_keys.filter(pc.is_in(former_keys["kind"], pa.array(BLOCK_KINDS)))
    lost = former.group_by("value").aggregate([([], "count_all")]).rename_columns(["value", "lost"])
    moved = gained.join(lost, "value", join_type="full outer")
    now = blocks.filter(pc.is_in(blocks["value"], moved["value"])).group_by("value").aggregate([([], "count_all")])
    sizes = moved.join(now.rename_columns(["value", "now"]), "value", join_type="left outer")
    # Size before the change: 51 now, of which 2 were gained and 0 lost -> 49 before, so the block crossed the limit.
    size, gain, loss = (pc.fill_null(sizes[name], 0) for name in ("now", "count_all", "lost"))
    before = pc.add(pc.subtract(size, gain), loss)
    crossed = sizes.filter(pc.xor(pc.greater(size, BLOCK_LIMIT), pc.greater(before, BLOCK_LIMIT)))["value"]
    members = blocks.filter(pc.is_in(blocks["value"], crossed))["document_id"]
    return pc.unique(pa.chunked_array([*members.chunks, changed.cast(pa.string())], pa.string()))


def _positions(ids: pa.ChunkedArray, sorted_ids: pa.Array) -> np.ndarray:
    return pc.index_in(ids, sorted_ids).to_numpy().astype(np.int64)


def _refining_keys(
    all_refining: pa.Table, ids: pa.Array, members: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return three parallel arrays of the refining keys of `members`, sorted by member: member, value, kind.

    The kind is a position in REFINING_KINDS.
    """
    rows = all_refining.filter(pc.is_in(all_refining["document_id"], ids.take(pa.array(members))))
    codes = _positions(rows["document_id"], ids)
    kinds = pc.index_in(rows["kind"], pa.array(REFINING_KINDS)).to_numpy()
    order = np.argsort(codes, kind="stable")
    return codes[order], rows["value"].to_numpy()[order].astype(np.uint64), kinds[order]


def _pairs(
    values: np.ndarray,
    members: np.ndarray,
    refining_keys_of: Callable[[np.ndarray], tuple[np.ndarray, ...]],
    is_title_block: np.ndarray,
) -> Iterator[np.ndarray]:
    """Yield the pairs within blocks as (smaller << 32 | larger).

    Of blocks above BLOCK_LIMIT, only pairs that also share REFINING_KEYS_SHARED refining keys. `is_title_block` marks
    rows of blocks made from a title; the kind 'words', also made from the title, would not divide these.
    """
    begin, sizes = _runs(values)
    full = sizes > BLOCK_LIMIT
    yield from _pairs_in_blocks(members, begin[~full], sizes[~full])
    if full.any():
        rows = np.repeat(full, sizes)
        # Each round uses a kind after that of the round before; 'words' is the first, so title blocks start behind it.
        values, members, kinds = (
            values[rows],
            members[rows],
            np.where(is_title_block[rows], REFINING_KINDS.index("words"), -1),
        )
        refining_keys = refining_keys_of(np.unique(members))
        for _ in range(REFINING_KEYS_SHARED):
            values, members, kinds = _refine(values, members, kinds, refining_keys)
        yield from _pairs_in_blocks(members, *_runs(values))


def _runs(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the starts and sizes of the runs of equal values: [5, 5, 7] -> [0, 2], [2, 1]."""
    begin = run_starts(values)
    return begin, np.diff(np.append(begin, len(values)))


def _pairs_in_blocks(members: np.ndarray, begin: np.ndarray, sizes: np.ndarray) -> Iterator[np.ndarray]:
    """Yield all pairs of the members of each block, ascending. Blocks of equal size are handled as one matrix.

    Two blocks of size 3, members [[0, 4, 9], [1, 4, 6]] -> pairs (0, 4), (0, 9), (4, 9), (1, 4), (1, 6), (4, 6).
    """
    for size in np.unique(sizes[sizes > 1]):
        block = members[begin[sizes == size][:, None] + np.arange(size)]
        smaller, larger = np.triu_indices(size, 1)
        yield (block[:, smaller] << 32 | block[:, larger]).ravel()


def _refine(
    values: np.ndarray, members: np.ndarray, kinds: np.ndarray, refining_keys: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, ...]:
    """Divide blocks: repeat each row once for every refining key of its member of a later kind than the one before.

        block  member  kind       refining keys of 3: author x, page y       block'  member  kind
        B      3       -1     ->                                             B+x     3       author
                                                                             B+y     3       page

    Later kinds only, so that two rounds find each unordered pair of kinds once. Returns (values, members, kinds)
    sorted by value and member.
    """
    owners, key_values, key_kinds = refining_keys
    left = np.searchsorted(owners, members, "left")
    counts = np.searchsorted(owners, members, "right") - left
    row = np.repeat(np.arange(len(members)), counts)
    key = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts) + left[row]
    keep = key_kinds[key] > kinds[row]
    row, key = row[keep], key[keep]
    refined_values = _mix(values[row].astype(np.uint64)) + _mix(key_values[key])
    order = np.lexsort((members[row], refined_values))
    return refined_values[order], members[row][order], key_kinds[key][order]


def _sort_blocks(values: np.ndarray, members: np.ndarray, is_title_block: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the distinct (value, member) rows sorted by both, and the matching entries of `is_title_block`."""
    order = np.lexsort((members, values))
    values, members, is_title_block = values[order], members[order], is_title_block[order]
    first = np.ones(len(values), bool)
    first[1:] = (values[1:] != values[:-1]) | (members[1:] != members[:-1])
    return values[first], members[first], is_title_block[first]
