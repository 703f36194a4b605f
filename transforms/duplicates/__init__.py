"""Deduplication: which documents describe the same article.

In: rows of table `documents`, and manual decisions. Out: the article_id of each document with the rule and evidence
behind it, and typed links between articles that must not be merged. Start with `deduplicate`.
"""
