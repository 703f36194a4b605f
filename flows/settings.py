"""Configuration, in one place: defaults < hoofbeats.toml in the working folder < the environment.

HOOFBEATS_LAKE               where the lake lies (default ./lake)
HOOFBEATS_CATEGORIES         vocabulary categories that are counted, e.g. "ABCDEFG" (MeSH tree letters)
HOOFBEATS_WORKERS            payloads prepared at the same time
HOOFBEATS_RUNNER             where payloads of a bulk load are prepared: threads, processes, dask (a cluster on this
                             machine), or the address of a Dask scheduler (tcp://host:8786)
HOOFBEATS_OPERATOR_BLOCKS    Prefect's notification blocks that are told of failed, crashed and late runs: 'type/name',
                             with spaces between, e.g. "slack-webhook/lab email/operator"
HOOFBEATS_LEAST_FREE_BYTES   on the lake's disk; with less, `hoofbeats doctor` complains
HOOFBEATS_FILES_PER_COMMIT   payloads of a bulk load, or windows of a collection, that are committed together

HOOFBEATS_WATCHES            the TOML file of watches (default watches.toml in the lake)
HOOFBEATS_FEEDS              the folder of Atom feeds of their changes (default feeds in the lake)
HOOFBEATS_NOTIFY             Prefect notification blocks told of changes, e.g. "custom-webhook/lab sendgrid-email/team"

HOOFBEATS_EMAIL              told to NCBI with every request; without it pubmed_api is not asked
NCBI_API_KEY                 an NCBI API key: ten requests a second instead of three
HOOFBEATS_PUBMED_API_URL, HOOFBEATS_PUBMED_FILES_URL, HOOFBEATS_EUROPEPMC_URL    where the sources are
HOOFBEATS_EUROPEPMC_SOURCES  what is collected of Europe PMC where no query is given (MED comes from PubMed itself)
HOOFBEATS_PAGES              web pages: a file of addresses, one a line, or the address of an RSS or Atom feed

HOOFBEATS_VOCABULARY_ADDRESSES        what `vocabulary refresh` fetches, separated by spaces; {year} is this year, or
                                      the last where there is nothing yet
HOOFBEATS_VOCABULARY_FILES            files, separated by spaces, that it adds: lists of one's own
HOOFBEATS_REQUESTS_PER_SECOND         to any one host, instead of what the sources ask for
HOOFBEATS_PAGE_DELAY_S                between two requests to one host of web pages
HOOFBEATS_PAGE_TIMEOUT_S              for the extraction of one page
HOOFBEATS_CONNECT_TIMEOUT_S, HOOFBEATS_READ_TIMEOUT_S, HOOFBEATS_REQUEST_TIMEOUT_S, HOOFBEATS_DOWNLOAD_TIMEOUT_S
HOOFBEATS_ATTEMPTS, HOOFBEATS_FIRST_WAIT_S, HOOFBEATS_LONGEST_WAIT_S             retries of one request
HOOFBEATS_LARGEST_ANSWER_BYTES, HOOFBEATS_LARGEST_FILE_BYTES                     beyond these an answer is refused
HOOFBEATS_ALLOW_PRIVATE_ADDRESSES     also connect to private and loopback addresses. An address that one of the URLs
                                      above spells out (http://127.0.0.1:8000/) is allowed without it
HOOFBEATS_LARGEST_VANISHED_SHARE      of all records, that a new yearly baseline may lack and that are then deleted
HOOFBEATS_SETTLED_AFTER_DAYS          a window collected sooner after its end is collected once more by the next run
"""

from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

CONFIGURATION_FILE = "hoofbeats.toml"


class Settings(BaseSettings):
    """All settings of Hoofbeats; each has a HOOFBEATS_* variable of the same name."""

    model_config = SettingsConfigDict(
        env_prefix="HOOFBEATS_", toml_file=CONFIGURATION_FILE, extra="forbid", env_ignore_empty=True
    )

    lake: Path = Field(Path("lake"), description="Where the lake lies.")
    categories: str = Field("ABCDEFG", pattern=r"^[A-Z]+$", description="Vocabulary categories that are counted.")
    workers: int = Field(2, ge=1, le=64, description="Payloads prepared at the same time.")
    runner: str = Field(
        "threads",
        pattern=r"^(threads|processes|dask|(tcp|tls)://\S+)$",
        description="Where payloads of a bulk load are prepared.",
    )
    files_per_commit: int = Field(25, ge=1, le=100, description="Payloads of a bulk load committed together.")

    watches: Path | None = Field(None, description="The TOML file of watches; default: watches.toml in the lake.")
    feeds: Path | None = Field(None, description="The folder of Atom feeds; default: feeds in the lake.")
    notify: str = Field("", pattern=r"^([\w-]+/[\w-]+( [\w-]+/[\w-]+)*)?$", description="Blocks told of changes.")
    operator_blocks: str = Field("", pattern=r"^([^/\s]+/[^/\s]+( |$))*$", description="Told of failed runs.")
    least_free_bytes: int = Field(10 << 30, ge=0, description="On the lake's disk.")

    email: str | None = Field(None, pattern=r"^[^@\s]+@[^@\s]+$", description="Told to NCBI with every request.")
    ncbi_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("ncbi_api_key", "hoofbeats_ncbi_api_key"),
        description="An NCBI API key.",
    )
    pubmed_api_url: str = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
    pubmed_files_url: str = "https://ftp.ncbi.nlm.nih.gov/pubmed/"
    europepmc_url: str = "https://www.ebi.ac.uk/europepmc/webservices/rest/"
    vocabulary_addresses: str = Field(
        "https://nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh/desc{year}.gz"
        " https://nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh/supp{year}.gz"
        " https://purl.obolibrary.org/obo/mondo.obo https://purl.obolibrary.org/obo/hp.obo"
        " https://purl.obolibrary.org/obo/doid.obo https://purl.obolibrary.org/obo/uberon.obo",
        pattern=r"^https?://\S+( +https?://\S+)*$",
        description="What `vocabulary refresh` fetches.",
    )
    vocabulary_files: str = Field("", description="Lists of one's own that `vocabulary refresh` adds.")
    europepmc_sources: str = Field("PPR PMC AGR", pattern=r"^[A-Z]{3}( [A-Z]{3})*$")
    pages: str | None = Field(None, description="A file of addresses, or the address of a feed.")

    requests_per_second: float | None = Field(None, gt=0, description="To any one host.")
    page_delay_s: float = Field(3.0, gt=0, description="Between two requests to one host of web pages.")
    page_timeout_s: float = Field(20.0, gt=0, description="For the extraction of one page.")
    connect_timeout_s: float = Field(15.0, gt=0)
    read_timeout_s: float = Field(60.0, gt=0)
    request_timeout_s: float = Field(300.0, gt=0, description="For one answer from first to last byte.")
    download_timeout_s: float = Field(3600.0, gt=0, description="For one file; it goes on where it was.")
    attempts: int = Field(6, ge=1, description="Attempts at one request.")
    first_wait_s: float = Field(1.0, ge=0, description="Before the second attempt, doubled before each further one.")
    longest_wait_s: float = Field(300.0, gt=0, description="Between two attempts, also where a service asks for more.")
    largest_answer_bytes: int = Field(256 << 20, gt=0, description="Of one answer, decompressed.")
    largest_file_bytes: int = Field(2 << 30, gt=0, description="Of one downloaded file.")
    allow_private_addresses: bool = Field(default=False, description="Connect to private addresses, too.")
    largest_vanished_share: float = Field(0.02, ge=0, le=1, description="Of records a new baseline may lack.")
    settled_after_days: int = Field(3, ge=0, description="Days after its end from which a window no longer changes.")

    @property
    def watch_file(self) -> Path:
        """Where the watches stand."""
        return self.watches or self.lake / "watches.toml"

    @property
    def feed_folder(self) -> Path:
        """Where the feeds are written."""
        return self.feeds or self.lake / "feeds"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Given values come first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def as_environment(self) -> dict[str, str]:
        """The variables that give another process these settings, wherever it works; places are made absolute."""
        told = self.model_dump(exclude_defaults=True)
        told["lake"] = self.lake.expanduser().resolve()
        if self.pages and Path(self.pages).exists():
            told["pages"] = Path(self.pages).resolve()
        told |= {name: value.get_secret_value() for name, value in told.items() if isinstance(value, SecretStr)}
        return {f"HOOFBEATS_{name.upper()}": str(value) for name, value in told.items()}
