"""Quality figures on labelled data.

In: the folder of labelled data. Out: one JSON object for each part, named after its module.
Start with `__main__`, which runs the `measure` function of every module here; shared readers are in `benchmarks.gold`.
"""
