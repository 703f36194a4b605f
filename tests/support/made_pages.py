"""Invented pages: markup like that of publishers and repositories, around the invented texts of made_articles.toml.

None is a copy of a page. Each has boilerplate around the abstract: navigation, cookie and copyright lines, calls to
action and related articles; some have highlights, key points and the beginning of the full text.
"""

import html
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

ARTICLES = tomllib.loads(Path(__file__).with_name("made_articles.toml").read_text("utf-8"))
TAG = re.compile(r"</?[a-z]+>")


@dataclass(frozen=True)
class Article:
    title: str
    language: str
    doi: str
    sections: list

    @property
    def text(self):
        return " ".join(filter(None, (part for section in self.sections for part in section)))

    @property
    def plain(self):
        """The expected abstract: labels and text as on the page, without markup, on one line."""
        return self.labelled("")

    def labelled(self, mark):
        """Return the expected abstract of a page that writes `mark` after each label."""
        return TAG.sub("", " ".join(f"{name}{mark} {text}" if name else text for name, text in self.sections))

    @property
    def glued(self):
        """The abstract as in many meta tags: labels and paragraphs without white space between them."""
        return TAG.sub("", "".join(part for section in self.sections for part in section))

    @property
    def shown_title(self):
        return TAG.sub("", html.unescape(self.title))


def article(name):
    return Article(**ARTICLES[name])


def parts(item, label, paragraph="<p>{}</p>", joined="{label}{paragraph}"):
    """Return the sections of an article as markup; `label` and `paragraph` are templates."""
    return "".join(
        joined.format(
            label=label.format(name) if name else "", paragraph=paragraph.format(text.replace("p < 0", "p &lt; 0"))
        )
        for name, text in item.sections
    )


NAV = (
    '<header><nav><ul><li><a href="/">Home</a></li><li><a href="/issues">All issues</a></li><li><a href="/login">Sign in'
    '</a></li></ul><form action="/search"><input name="q"><button>Search</button></form></nav></header>'
    '<div class="cookie-banner"><p>We use cookies to improve your experience. By continuing you accept our cookie policy.'
    "</p><button>Accept all cookies</button></div>"
)
FURNITURE = (
    '<aside class="related"><h2>Related articles</h2><ul><li><a href="/a1">Humming in the operating theatre: a survey of 12'
    ' hospitals.</a></li><li><a href="/a2">Saline, warm or cold? A systematic review of the evidence.</a></li></ul></aside>'
    '<section class="access"><h3>Get access to the full version of this article</h3><p>Try logging in through your'
    " institution. For the best experience, use our mobile app.</p><a>Buy article PDF 39,95 €</a></section>"
)
FOOTER = (
    "<footer><p>Copyright © 2031 Made Press Ltd. All rights reserved.</p><p>By using this service, you agree to our <a>terms"
    ' of use</a> and <a>privacy policy</a>.</p></footer><script>window.dataLayer=[{"abstract":"not this"}];</script>'
)
INTRODUCTION = (
    "<h2>{}</h2><p>Much has been written about the subject since the first description by a ship's surgeon, and most of it"
    " rests on single observations. This part belongs to the full text and not to the abstract.</p>"
    "<h2>References</h2><ol><li>Doe J. On hiccups. Made J 2030;1:1-2.</li></ol>"
)
KEYWORDS = "<p><strong>Keywords:</strong> hiccups; saline; humming; made article</p>"


def head(item, *extra, citation=True):
    """The head of a page; `extra` further lines of it."""
    title = html.escape(item.shown_title)
    lines = [f"<title>{title} | Journal of Made Medicine</title>"]
    if citation:
        lines += [
            f'<meta name="citation_title" content="{title}">',
            f'<meta name="citation_doi" content="{item.doi}">',
            '<meta name="citation_journal_title" content="Journal of Made Medicine">',
            '<meta name="citation_publication_date" content="2031/03/09">',
            '<meta name="citation_author" content="Jane Q. Doe"><meta name="citation_author" content="Roe, Richard">',
            f'<meta name="citation_language" content="{item.language}">',
            '<meta name="citation_firstpage" content="11"><meta name="citation_lastpage" content="19">',
        ]
    return "".join([*lines, *extra])


def meta(name, content):
    return f'<meta name="{name}" content="{html.escape(content)}">'


def page(head_lines, body, language="en"):
    return f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">{head_lines}</head><body>{body}</body></html>'


def elsevier(item):
    abstract = parts(item, "<h3>{}</h3>", "<p id='sp0010'>{}</p>", "<div>{label}{paragraph}</div>")
    body = (
        f"{NAV}<article><h1 id='screen-reader-main-title'><span class='title-text'>{item.title}</span></h1>"
        "<div class='Abstracts u-font-serif' id='abstracts'><div class='abstract author-highlights' id='ab0005'><h2"
        " class='section-title'>Highlights</h2><div><ul><li>Warm saline was tested against humming in one trial.</li><li>Saline"
        " won by a clear margin in all strata.</li></ul></div></div><div class='abstract graphical' id='ab0007'><h2>Graphical"
        " abstract</h2><figure><img src='g.jpg'><a>Download: high-res image (131KB)</a></figure></div>"
        f"<div class='abstract author' id='ab0010'><h2 class='section-title'>Abstract</h2><div id='as0010'>{abstract}</div></div>"
        "</div><div class='Keywords'><h2>Keywords</h2><div class='keyword'>Hiccups</div><div class='keyword'>Saline</div></div>"
        f"<section>{INTRODUCTION.format('1. Introduction')}</section></article>{FURNITURE}{FOOTER}"
    )
    return page(head(item, f'<meta property="og:description" content="{html.escape(item.plain[:160])}…">'), body)


def springer(item):
    node = {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "mainEntity": {
            "@type": "ScholarlyArticle", "headline": item.shown_title, "description": item.glued, "sameAs": f"https://doi.org/{item.doi}",
            "datePublished": "2031-03-09T00:00:00Z", "isPartOf": {"name": "Journal of Made Medicine", "@type": ["Periodical"]},
        },
    }  # fmt: skip
    abstract = parts(item, '<h3 class="c-article__sub-heading">{}</h3>')
    body = (
        f"{NAV}<main><article><div class='c-article-header'><h1 class='c-article-title'>{item.title}</h1></div>"
        "<div class='c-article-body'><section aria-labelledby='Abs1' data-title='Abstract' lang='en'><div class='c-article-section'"
        " id='Abs1-section'><h2 class='c-article-section__title' id='Abs1'>Abstract</h2><div class='c-article-section__content'"
        f" id='Abs1-content'>{abstract}</div></div></section><section class='access'><p>This is a preview of subscription content,"
        " <a>log in via an institution</a> to check access.</p><h2>Access this article</h2><p>Price includes VAT (Germany)</p>"
        f"</section><section data-title='Background'>{INTRODUCTION.format('Background')}</section></div></article>{FURNITURE}</main>"
        f"{FOOTER}"
    )
    script = f"<script type='application/ld+json'>{json.dumps(node)}</script>"
    return page(head(item, meta("dc.description", item.glued), meta("description", item.glued[:150]), script), body)


def wiley(item):
    abstract = parts(item, '<h3 class="article-section__sub-title section1">{}</h3>')
    body = (
        f"{NAV}<main><h1 class='citation__title'>{item.title}</h1><div class='article__body'><div class='abstract-group'><section"
        " class='article-section article-section__abstract' lang='en' data-lang='en' id='section-1-en'><h2"
        " class='article-section__header section__title main abstractlang_en main'>Abstract</h2><div"
        f" class='article-section__content en main'>{abstract}</div></section><section class='article-section"
        " article-section__abstract' id='section-2-en'><h2>Plain Language Summary</h2><div class='article-section__content'><p>People"
        " with hiccups were given salt water or asked to hum. Salt water worked better.</p></div></section></div>"
        "<section class='article-section article-section__citedBy'><h2>Citing Literature</h2><p>Number of times cited: 4</p>"
        f"</section></div></main>{FURNITURE}{FOOTER}"
    )
    return page(head(item), body)


def atypon(item, heading="Abstract", identifier="abstract"):
    """NEJM, SAGE, Science, AHA and others: sections with digital-publishing roles, paragraphs as <div role=paragraph>."""
    abstract = parts(item, "<h3>{}</h3>", '<div role="paragraph">{}</div>', "<section>{label}{paragraph}</section>")
    body = (
        f"{NAV}<main><article><header><h1 property='name'>{item.title}</h1></header><div id='abstracts'><div class='core-container'>"
        f"<section id='{identifier}' property='abstract' typeof='Text' role='doc-abstract'><h2 property='name'>{heading}</h2>{abstract}"
        "</section></div></div><section id='bodymatter'><div class='core-container'><p>Already a subscriber? Sign in with your"
        f" account to continue reading.</p></div></section></article></main>{FURNITURE}{FOOTER}"
    )
    return page(head(item, meta("dc.Description", item.glued)), body)


def jama(item):
    """Headings that are no heading elements; a box of key points before the abstract."""
    abstract = parts(item, "<strong>{}</strong>&nbsp;", "{}", "<p class='para'>{label} {paragraph}</p>")
    body = (
        f"{NAV}<div class='meta-article-title'><h1>{item.title}</h1></div><div class='article-full-text'><div class='box-section'><div"
        " class='h3 box-heading'>Key Points</div><p class='para'><strong>Question</strong> How often do gout and psoriasis meet?</p>"
        "<p class='para'><strong>Findings</strong> About four times as often as chance would have it.</p></div><a name='1'></a>"
        f"<div class='h3 cb section-type-section'>Abstract</div>{abstract}<div class='h3 cb section-type-section'>Introduction</div>"
        "<p class='para'>Much has been written about gout since antiquity, and this belongs to the full text.</p></div>"
        f"{FURNITURE}{FOOTER}"
    )
    return page(
        head(item, meta("description", "This cohort study estimates how often gout and psoriasis arise together.")),
        body,
    )


def highwire(item):
    """BMJ, medRxiv: what meta tags give holds markup and statements that are not of the abstract."""
    abstract = parts(item, "<strong>{}</strong> ", "{}", "<div class='subsection'><p>{label}{paragraph}</p></div>")
    stated = (
        parts(item, "<h3>{}</h3>")
        + "<h3>Competing Interest Statement</h3><p>The authors have declared no competing interest.</p>"
    )
    body = (
        f"{NAV}<div class='panel-pane'><h1 class='highwire-cite-title'>{item.title}</h1></div><div class='highwire-markup'><div"
        " xmlns='http://www.w3.org/1999/xhtml'><div class='article abstract-view'><span class='highwire-journal-article-marker-start'>"
        f"</span><div class='section abstract' id='abstract-1'><h2>Abstract</h2>{abstract}</div><span></span></div></div></div>"
        "<div class='panel-pane'><h2>Footnotes</h2><ul><li>Contributors JD wrote the paper. She is the guarantor of its content.</li>"
        f"</ul></div>{FURNITURE}{FOOTER}"
    )
    return page(head(item, meta("citation_abstract", stated), meta("DC.Description", item.glued)), body)


def lancet(item):
    abstract = parts(item, "<h3>{}</h3>", '<div class="section-paragraph">{}</div>')
    body = (
        f"{NAV}<article><h1 class='article-header__title'>{item.title}</h1><div class='article-content'><section id='sec1'"
        f" class='abstract-section'><h2 class='top' data-left-hand-nav='Summary'>Summary</h2>{abstract}</section><section><h2"
        " class='top'>Introduction</h2><div class='section-paragraph'>Hiccups are as old as lunch, and this is the full text of the"
        f" article.</div></section></div></article>{FURNITURE}{FOOTER}"
    )
    return page(head(item), body)


def oxford(item, heading="Abstract"):
    abstract = parts(
        item,
        "<div class='title'>{}</div>",
        "<p class='chapter-para'>{}</p>",
        "<div class='sec'>{label}{paragraph}</div>",
    )
    body = (
        f"{NAV}<div class='widget-items'><h1 class='wi-article-title article-title-main'>{item.title}</h1></div><div"
        f" class='article-body'><h2 class='abstract-title js-splitscreen-abstract-title'>{heading}</h2><section class='abstract'>"
        f"{abstract}</section><div class='kwd-group'><a>hiccups</a>, <a>saline</a></div><div class='article-metadata-panel'><div"
        " class='article-metadata-tocSections-title'>Issue Section:</div><a>Articles</a></div><p class='copyright'>© The Author(s)"
        " 2031. Published by Made University Press. All rights reserved.</p></div>"
        f"{FURNITURE}{FOOTER}"
    )
    return page(head(item), body)


def taylor_francis(item):
    body = (
        f"{NAV}<h1><span class='NLM_article-title hlFld-title'>{item.title}</span></h1><div class='hlFld-Abstract'><p"
        " class='fulltext'></p><div class='sectionInfo abstractSectionHeading'><h2 class='section-heading-2'>ABSTRACT</h2></div><div"
        f" class='abstractSection abstractInFull'>{parts(item, '<b>{}</b> ')}</div></div><div class='abstractKeywords'><div"
        " class='hlFld-KeywordText'><p class='kwd-title'>KEYWORDS:</p><a>Hiccups</a></div></div><div class='tab'><a>Read this article"
        f" /doi/full/epdf</a></div>{FURNITURE}{FOOTER}"
    )
    return page(head(item, meta("dc.Description", item.glued)), body)


def lww(item):
    abstract = parts(item, "<strong>{}: </strong>", "{}", "<p>{label}{paragraph}</p>")
    body = (
        f"{NAV}<header class='ejp-article-header'><h1 class='ejp-article-title'>{item.title}</h1></header><section id='abstractWrap'><div"
        f" id='ejp-article-text'><h2 id='JCL-P-1' class='anchored'>Abstract</h2><div class='ejp-article-text-abstract'>{abstract}</div>"
        "</div></section><section class='ejp-article-tools'><h2>Article Tools</h2><ul><li>Article as PDF (213 KB)</li><li>Print this"
        f" Article</li><li>Add to My Favorites</li></ul></section>{FURNITURE}{FOOTER}"
    )
    return page(head(item), body)


def thieme(item, translated):
    """Two versions of the abstract, each below the heading of its language."""
    body = (
        f"{NAV}<h1>{item.title}</h1><section id='abstract' class='artAbstract'><h3>Zusammenfassung</h3>{parts(item, '<h4>{}</h4>')}</section>"
        f"<section class='artAbstract' lang='en'><h3>Abstract</h3>{parts(translated, '<h4>{}</h4>')}</section><div class='section'><h3>"
        f"Schlüsselwörter</h3><p>Schluckauf - Berge</p></div>{FURNITURE}{FOOTER}"
    )
    return page(head(item), body, "de")


def frontiers(item):
    """The title, authors and abstract in one element that is named for the abstract, without a heading."""
    body = (
        f"{NAV}<div class='JournalAbstract'><a id='h1'></a><div class='JournalAbstract__titleWrapper'><h1>{item.title}</h1></div><div"
        " class='authors'><a>Jane Q. Doe</a><sup>1*</sup>, Richard Roe</div><ul class='notes'><li>Institute of Made Medicine, Nowhere"
        f"</li></ul>{parts(item, '<b>{}: </b>', '<p class=mb0>{}</p>')}<div class='clear'></div></div><div class='JournalFullText'>"
        f"{INTRODUCTION.format('Introduction')}</div>{FURNITURE}{FOOTER}"
    )
    return page(head(item, meta("citation_abstract", f"<p>{item.plain}</p>")), body)


def frontiers_without_metadata(item):
    return re.sub('<meta name="citation_abstract"[^>]*>', "", frontiers(item))


def pnas(item):
    """A statement of significance beside the abstract, each in an element that is named for an abstract."""
    body = (
        f"{NAV}<article><h1 property='name'>{item.title}</h1><div id='abstracts'><div class='core-container'><section"
        " id='executive-summary-abstract' property='abstract' typeof='Text' role='doc-abstract'><h2 property='name'>Significance</h2><div"
        " role='paragraph'>Tears are easy to collect and hard to interpret. This study gives a range for two metals in them.</div></section>"
        "<section id='abstract' property='abstract' typeof='Text' role='doc-abstract'><h2 property='name'>Abstract</h2><div"
        f" role='paragraph'>{item.text}</div></section></div></div><section id='bodymatter'><div><p>Sign up for PNAS alerts to read the"
        f" latest.</p></div></section></article>{FURNITURE}{FOOTER}"
    )
    return page(head(item), body)


def two_languages(item, translated):
    """A repository: one heading, a button for each language, one of the texts shown."""
    body = (
        f"{NAV}<h1>{item.title}</h1><div class='abstract col-lg-7'><div><h4>Résumé</h4><div class='btn-group'><button>fr</button><button>en"
        f"</button></div></div><div class='abstract-content active' lang='fr'><p>{item.text}</p></div><div class='abstract-content' lang='en'>"
        f"<p>{translated.text}</p></div></div><div class='keywords'><h4>Mots clés</h4><ul><li>goutte</li></ul></div>{FOOTER}"
    )
    return page(head(item), body, "fr")


def preprint_server(item):
    """arXiv and the like: the word is a part of the text."""
    body = (
        f"{NAV}<div id='abs'><h1 class='title'><span class='descriptor'>Title:</span>{item.title}</h1><blockquote class='abstract mathjax'><span"
        f" class='descriptor'>Abstract:</span>{item.text}</blockquote><table><tr><td>Comments:</td><td>12 pages</td></tr></table></div>{FOOTER}"
    )
    return page(head(item), body)


def with_others(item):
    """The abstracts of recommended articles stand on the page of one that has an abstract of its own."""
    other = "Another article of this journal, of which only the abstract is shown here, has nothing to do with the first one. "
    body = (
        f"{NAV}<h1>{item.title}</h1><section class='recommended'><div class='abstract' id='reference-abstract'><p>{other}</p></div></section><div"
        f" class='abstract'><h2>Abstract</h2><p>{item.text}</p></div><section class='recommended'><div class='abstract'><p>{other * 3}</p></div>"
        f"</section>{FOOTER}"
    )
    return page(head(item), body)


def mdpi(item):
    body = (
        f"{NAV}<article><h1 class='title hypothesis_container' itemprop='name'>{item.title}</h1><div class='art-abstract in-tab"
        f" hypothesis_container'><section class='html-abstract' id='html-abstract'><h2 id='html-abstract-title'>Abstract</h2><div"
        f" class='html-p'>{parts(item, '<b>{}:</b> ', '{}')}</div></section><div class='art-keywords'><span>Keywords: </span><a>tears"
        "</a>; <a>copper</a></div></div><div class='html-body'>"
        f"{INTRODUCTION.format('1. Introduction')}</div></article>{FURNITURE}{FOOTER}"
    )
    return page(
        head(
            item, meta("dc.description", item.plain[:200] + " [...]"), meta("description", item.plain[:200] + " [...]")
        ),
        body,
    )


def plos(item):
    body = (
        f"{NAV}<h1 id='artTitle'>{item.title}</h1><div class='article-text' id='artText'><div class='abstract toc-section"
        f" abstract-type-'><a id='abstract0'></a><h2>Abstract</h2><div class='abstract-content'>{parts(item, '<h3>{}</h3>')}</div></div>"
        "<div class='abstract toc-section'><h2>Author summary</h2><p>We wanted to know what helps against hiccups, and salt water"
        " does, as our grandmothers said.</p></div><div class='articleinfo'><p><strong>Citation: </strong>Doe J (2031) Made. PLoS"
        " MADE 1(1): e1.</p><p><strong>Copyright: </strong>© 2031 Doe. This is an open access article distributed under the terms"
        f" of the Creative Commons Attribution License.</p></div>{INTRODUCTION.format('Introduction')}</div>{FURNITURE}{FOOTER}"
    )
    return page(head(item), body)


def pmc(item):
    abstract = parts(item, "<h3 class='pmc_sec_title'>{}</h3>", "<p>{}</p>", "<section>{label}{paragraph}</section>")
    body = (
        f"{NAV}<main><article><hgroup><h1>{item.title}</h1></hgroup><ul><li>PMCID: PMC99999901</li></ul><section class='body"
        f" main-article-body'><section class='abstract' id='abstract1'><h2 data-anchor-id='abstract1'>Abstract</h2>{abstract}<section"
        f" id='kwd-group1' class='kwd-group'>{KEYWORDS}</section></section><section>{INTRODUCTION.format('Introduction')}</section>"
        f"</section></article></main>{FURNITURE}{FOOTER}"
    )
    return page(head(item, meta("citation_pmid", "99999902")), body)


def europe_pmc(item):
    body = (
        f"{NAV}<div id='article--title'><h1>{item.title}</h1></div><div id='article--abstract'><h2 id='abstract'>Abstract</h2><div"
        f" id='article--abstract--content'><div id='eng-abstract'>{parts(item, '<h4>{}</h4> ', '<p>{}</p>')}</div></div></div><div"
        " id='free-full-text'><h2>Free full text</h2><p>Your institution gives you access to this article.</p></div>"
        f"{FURNITURE}{FOOTER}"
    )
    return page(head(item, citation=False), body)


def pubmed(item):
    abstract = parts(item, '<strong class="sub-title">{}: </strong>', "{}", "<p>{label}{paragraph}</p>")
    content = (
        f'<div class="abstract-content selected" id="eng-abstract">{abstract}</div><p><strong class="sub-title">Keywords: </strong>'
        'hiccups; saline.</p><p class="copyright">© 2031 Made Press Ltd.</p>'
        if item.sections
        else '<em class="empty-abstract">No abstract available</em>'
    )
    body = (
        f'{NAV}<main><header id="heading"><div id="full-view-heading"><h1 class="heading-title"> {item.title} </h1><ul><li>PMID: <strong'
        f' class="current-id">99999903</strong></li></ul></div></header><div class="abstract" id="abstract"><h2 class="title"> Abstract'
        f' </h2>{content}</div><div class="similar-articles"><h2>Similar articles</h2><ul><li>Humming for everyone. Doe J. Made J. 2029.'
        " A longer line about a similar article, which is a sentence of its own and has no place in the abstract.</li></ul></div></main>"
        f"{FOOTER}"
    )
    names = ("citation_title", item.shown_title), ("citation_pmid", "99999903"), ("citation_doi", item.doi)
    return page(
        "<title>Made - PubMed</title>" + "".join(meta(*pair) for pair in names) + meta("log_displayeduids", "99999903"),
        body,
    )


def scielo(item, translated):
    body = (
        f"{NAV}<h1 class='article-title'>{item.title}</h1><div class='articleSection articleSection--resumen' data-anchor='Resumen'><h2"
        f" class='h5'>RESUMEN</h2>{parts(item, '<p><strong>{}:</strong></p>')}<p><strong>Palabras clave:</strong> medusa; fiebre</p></div>"
        f"<div class='articleSection articleSection--abstract' data-anchor='Abstract'><h2 class='h5'>ABSTRACT</h2>"
        f"{parts(translated, '<p><strong>{}:</strong></p>')}<p><strong>Keywords:</strong> jellyfish; fever</p></div>"
        f"<div class='articleSection'>{INTRODUCTION.format('Introducción')}</div>{FOOTER}"
    )
    return page(head(item), body, "es")


def dspace(item):
    body = (
        f"{NAV}<h2 class='page-header first-page-header'>{item.title}</h2><div class='simple-item-view-description item-page-field-wrapper"
        f" table'><h5 class='visible-xs'>Abstract</h5><div>{item.text}</div></div><div class='simple-item-view-uri'><h5>URI</h5><a>"
        f"https://hdl.example/1/2</a></div><div><h5>Collections</h5><ul><li><a>Theses</a></li></ul></div>{FOOTER}"
    )
    return page(
        head(item, meta("DCTERMS.abstract", item.plain), meta("DC.title", item.shown_title)), body, item.language
    )


def eprints(item):
    body = (
        f"{NAV}<div class='ep_tm_page_content'><h1 class='ep_tm_pagetitle'>{item.title}</h1><p>Doe, Jane (2031) <em>{item.title}</em> Journal"
        f" of Made Medicine, 1. ISSN 0000-0000</p><h2>Abstract</h2><p style='text-align: left'>{item.text}</p><table><tr><th>Item Type:"
        f"</th><td>Article</td></tr><tr><th>Depositing User:</th><td>J. Doe</td></tr></table></div>{FOOTER}"
    )
    names = (
        ("eprints.title", item.shown_title),
        ("eprints.abstract", item.plain[:80] + "..."),
        ("eprints.id_number", item.doi),
    )
    return page("<title>Made - Repository</title>" + "".join(meta(*pair) for pair in names), body)


def bare_bold(item, heading="Abstract"):
    """An old journal's page: no classes, a bold word for a heading, line breaks for paragraphs."""
    body = (
        f"<center><font size=5><b>{item.title}</b></font></center><p>J. Doe, R. Roe</p><p><b>{heading}</b><br>{item.text}</p><p><b>Key words"
        "</b>: hiccups, saline</p><hr><a href='full.htm'>Full Text</a> | <a href='a.pdf'>PDF</a><p>Copyright 2001 Made Society</p>"
    )
    return f"<html><head><title>{item.shown_title}</title></head><body bgcolor=white>{body}</body></html>"


def run_in(item, word):
    """The word stands at the beginning of the text itself."""
    body = (
        f"{NAV}<div class='c1'><h1>{item.title}</h1><p class='x'>{word}{item.text}</p><p class='x'>关键词：结节病；淋巴结</p></div><div class='c2'>"
        f"<a>下载PDF</a></div>{FOOTER}"
    )
    return page(head(item), body, item.language)


def reader(item):
    """A reader's app: hashed class names, no heading, no metadata."""
    body = (
        f"<div class='css-1a'><button>Add like</button><button>Add to saved papers</button></div><div class='css-9z'><h1 class='css-3c'>"
        f"{item.title}</h1><div class='css-7q'><p>{item.text}</p></div><section class='css-8r'><h3>Full text links</h3><p>We have located"
        " links that may give you full text access.</p><p>Try logging in through your university/institutional subscription.</p>"
        "</section><section class='css-8s'><p>For the best experience, use the mobile app</p></section></div>"
        "<div class='css-ff'><p>All material on this website is protected by copyright, Copyright © 1994-2031 by Made LLC.</p></div>"
    )
    return page(f"<title>{item.shown_title}</title>", body)


def letter(item):
    """A full text without an abstract."""
    body = (
        f"{NAV}<article><h1>{item.title}</h1><div class='article-body'><p>Dear Editor, we read with interest the trial of warm saline by Doe"
        " and colleagues. Their patients were young, and none had eaten soup. In our hospital soup is served daily, and hiccups are"
        " rare; we suspect that it is the warmth and not the salt that helps.</p><p>We therefore ask the authors to report what their"
        " patients had for lunch. A trial of soup would be welcome, and we are ready to take part in it.</p><h2>References</h2><ol><li>"
        f"Doe J. Made J 2031.</li></ol></div></article>{FURNITURE}{FOOTER}"
    )
    return page(head(item), body)


CASES = {
    "Elsevier, ScienceDirect": (elsevier, "structured"),
    "Elsevier, unstructured": (elsevier, "plain"),
    "Springer": (springer, "plain"),
    "BMC": (springer, "structured"),
    "Wiley": (wiley, "structured"),
    "NEJM": (atypon, "structured"),
    "SAGE": (atypon, "plain"),
    "JAMA": (jama, "long_structured"),
    "BMJ": (highwire, "structured"),
    "medRxiv": (highwire, "plain"),
    "The Lancet": (lancet, "structured"),
    "Oxford": (oxford, "structured"),
    "Oxford, short": (oxford, "short_case"),
    "Karger": (oxford, "long_structured"),
    "Taylor & Francis": (taylor_francis, "plain"),
    "LWW": (lww, "structured", ":"),
    "Frontiers": (frontiers, "plain"),
    "Frontiers, without metadata": (frontiers_without_metadata, "plain"),
    "PNAS": (pnas, "plain"),
    "preprint server": (preprint_server, "plain"),
    "recommended articles": (with_others, "plain"),
    "MDPI": (mdpi, "plain"),
    "PLOS": (plos, "structured"),
    "PMC": (pmc, "structured"),
    "Europe PMC": (europe_pmc, "long_structured"),
    "PubMed": (pubmed, "structured", ":"),
    "PubMed, short": (pubmed, "short_case"),
    "DSpace, German": (dspace, "german"),
    "DSpace, Portuguese": (dspace, "portuguese"),
    "EPrints": (eprints, "plain"),
    "old journal": (bare_bold, "short_case"),
    "reader's app": (reader, "plain"),
    "reader's app, short": (reader, "short_case"),
}
NON_ENGLISH = {
    "old journal, French": (lambda: bare_bold(article("french"), "Résumé"), "french"),
    "old journal, Russian": (lambda: bare_bold(article("russian"), "Аннотация"), "russian"),
    "Chinese journal": (lambda: run_in(article("chinese"), "摘要："), "chinese"),
    "Spanish only": (lambda: bare_bold(article("spanish"), "RESUMEN"), "spanish"),
}
TRANSLATED = {
    "HAL, French and English": (lambda: two_languages(article("french"), article("short_case")), "short_case"),
    "Thieme, German and English": (lambda: thieme(article("german"), article("short_case")), "short_case"),
    "SciELO, Spanish and English": (lambda: scielo(article("spanish"), article("structured")), "structured", ":"),
}
WITHOUT = {
    "only recommended articles": lambda: re.sub(
        r"<div class='abstract'><h2>.*?</div>", "", with_others(article("none"))
    ),
    "PubMed, no abstract": lambda: pubmed(article("none")),
    "letter": lambda: letter(article("none")),
    "Oxford, extract of a letter": lambda: oxford(article("short_case"), "Extract"),
}
