"""The embedded literature: a synthetic corpus, written by this project, in the format of PubMed's own files.

No record describes a real patient, study or paper, and each says so in its CopyrightInformation and GeneralNote. In:
the declarations in background.toml and plantings.toml. Out: files of PubMed XML, an excerpt of MeSH 2024 (genuine), and
the number of articles each planted combination must be found in, for `make demo` and the tests. Start with
`literature`; `server` serves it over HTTP in the protocols of the real sources.
"""
