"""What leaves the lake: references, Atom feeds, PubMed queries; and the file of watches.

In: rows of articles, changes of watches, combinations with their filters. Out: text in the formats other programs read.
No abstract leaves the lake here: ids, counts and links only. Start with the module named after the format.
"""
