"""Dates, languages, prose and bytes in one form, whatever a page makes of them."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text import normalize
from transforms.web.dates import normalize_date
from transforms.web.decode import decode_page
from transforms.web.fields import read_doi
from transforms.web.language import detect_language, normalize_language, to_pubmed_language
from transforms.web.result import Rejection


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2019/04/15", "2019-04-15"), ("2019-04-15", "2019-04-15"), ("2019-04-15T00:00:00Z", "2019-04-15"), ("20190415", "2019-04-15"),
        ("2019-4-5", "2019-04-05"), ("2019/04", "2019-04"), ("1955", "1955"), ("Apr 22, 2019", "2019-04-22"), ("22 April 2019", "2019-04-22"),
        ("April 2019", "2019-04"), ("2019 Apr 22", "2019-04-22"), ("2019 Apr", "2019-04"), ("22 avril 2019", "2019-04-22"),
        ("15. Oktober 2020", "2020-10-15"), ("3 de marzo de 2011", "2011-03-03"), ("15/04/2019", "2019-04-15"), ("04/15/2019", "2019-04-15"),
        ("03/04/2019", "2019"), ("2019/13/40", "2019"), ("2019-02-30", "2019-02"), ("Winter 2001", "2001"), ("Monday, March 9, 2031", "2031-03-09"),
        ("", None), (None, None), ("soon", None), ("12", None), ("0000-00-00", None),
    ],
)  # fmt: skip
def test_dates(written, date):
    assert normalize_date(written) == date


@given(
    st.dates(datetime.date(1700, 1, 1), datetime.date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d %B %Y", "%B %d, %Y", "%Y %b %d"]),
)
def test_a_date_in_any_usual_form_is_read(date, form):
    assert normalize_date(date.strftime(form)) == date.isoformat()


@given(st.text(max_size=80))
def test_any_text_gives_a_date_or_none(text):
    result = normalize_date(text)
    assert result is None or len(result) in {4, 7, 10}


@pytest.mark.parametrize(
    ("stated", "code", "pubmed"),
    [
        ("en", "en", "eng"), ("en-US", "en", "eng"), ("EN", "en", "eng"), ("eng", "en", "eng"), ("English", "en", "eng"), ("fre", "fr", "fre"),
        ("fra", "fr", "fre"), ("de_DE", "de", "ger"), ("zh-Hans", "zh", "chi"), ("jp", "ja", "jpn"), ("", None, None), ("klingon", None, None),
    ],
)  # fmt: skip
def test_language_codes(stated, code, pubmed):
    assert normalize_language(stated) == code
    assert to_pubmed_language(code) == pubmed


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The aim of this study was to assess the role of soup in the treatment of patients with hiccups.", "en"),
        ("Le but de cette étude est de décrire la prise en charge des patients dans les hôpitaux.", "fr"),
        ("Das Ziel der Arbeit war die Untersuchung von Patienten mit einer seltenen Erkrankung der Leber.", "de"),
        ("El objetivo del estudio fue describir la evolución de los pacientes con una enfermedad rara.", "es"),
        ("O objetivo do estudo foi descrever a evolução dos pacientes com uma doença rara em dois hospitais.", "pt"),
        ("Lo scopo dello studio è stato di valutare il ruolo della zuppa nei pazienti con singhiozzo.", "it"),
        ("Целью исследования было изучение роли супа при икоте у пациентов.", "ru"),
        ("本研究の目的はしゃっくりにおけるスープの役割を調べることである。", "ja"), ("目的探讨汤在呃逆治疗中的作用。", "zh"),
        ("본 연구의 목적은 딸꾹질 치료에서 국의 역할을 알아보는 것이다.", "ko"), ("Hiccups.", None), ("", None),
    ],
)  # fmt: skip
def test_detect_language(text, language):
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("written", "prose"),
    [
        ("  two\n\t lines  ", "two lines"), ("p &amp;lt; 0.05", "p < 0.05"), ("p &amp;amp;lt; 0.05", "p < 0.05"), ("Caf\u0065\u0301", "Café"),
        ("soft\u00adhyphen", "softhyphen"), ("zero\u200bwidth", "zerowidth"), ("\ufeffmark", "mark"), ("no\u00a0break", "no break"),
        ("bell\x07", "bell"), ("AT&T; R&D", "AT&T; R&D"), ("a & b", "a & b"), ("x\u2009=\u20093", "x = 3"), ("lone \ud800 surrogate", "lone surrogate"),
    ],
)  # fmt: skip
def test_clean_text(written, prose):
    assert normalize.clean_text(written) == prose


@given(st.text())
def test_clean_text_is_idempotent(text):
    once = normalize.clean_text(text)
    if "&" not in once:
        assert normalize.clean_text(once) == once


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=200))
def test_utf8_is_read_back(text):
    html = f"<html><body>{text}".encode()
    result = decode_page(html)
    assert not isinstance(result, Rejection)
    assert result.text == f"<html><body>{text}"
    assert result.utf8 == html


SICI = "10.1002/(sici)1097-0142(1996)77:8<1563::aid-cncr20>3.0.co;2-w"


@pytest.mark.parametrize(
    "written",
    [
        SICI,
        SICI.upper(),
        SICI.replace("<", "&lt;").replace(">", "&gt;"),
        SICI.replace("<", "%3C").replace(">", "%3E"),
        "https://doi.org/" + SICI.replace("<", "%3C").replace(">", "%3E"),
        f"doi:{SICI}/abstract",
        f"({SICI})",
    ],
)
def test_a_doi_with_angle_brackets_is_read_whole(written):
    assert read_doi(written) == SICI
