"""Manual verdicts on mentions and names, which override the annotation.

In: mentions, and the verdicts of table `curations`. Out: mentions with the verdicts applied, and the names that must
never be matched. All of it is in `verdicts`.
"""
