"""Preparation: a payload in the raw folder goes in, a unit of staged tables ready to commit comes out.

Start with `payload.prepare`. `web_page` and `extraction_worker` extract web pages in a separate process; `task_runners`
chooses where payloads are prepared: threads, processes or Dask.
"""
