"""The embedded literature: a synthetic corpus, written by this project, in the shape of PubMed's own files.

No record describes a real patient, study or paper, and each says so in its CopyrightInformation and GeneralNote. `make
demo` and the tests load it because its truths are known: `literature()` gives the files, `mesh()` the vocabulary (an
excerpt of MeSH 2024, which is genuine) and `truths()` how many articles each planted combination must be found in.
"""
