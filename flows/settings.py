"""Settings, in one place: defaults, overridden by hoofbeats.toml in the working folder, overridden by the environment.

The variable of a setting is HOOFBEATS_ and its name in capitals, e.g. HOOFBEATS_LAKE for `lake`; only NCBI_API_KEY is
also accepted without the prefix. The names in hoofbeats.toml are those of the fields; unknown ones are an error.
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
    """All settings of Hoofbeats. Each has a variable HOOFBEATS_<NAME>."""

    model_config = SettingsConfigDict(
        env_prefix="HOOFBEATS_", toml_file=CONFIGURATION_FILE, extra="forbid", env_ignore_empty=True
    )

    lake: Path = Field(Path("lake"), description="Folder of the lake.")
    categories: str = Field(
        "ABCDEFG",
        pattern=r"^[A-Z]+$",
        description="Vocabulary categories whose concepts are counted, as MeSH tree letters.",
    )
    workers: int = Field(2, ge=1, le=64, description="Number of payloads prepared at the same time.")
    runner: str = Field(
        "threads",
        pattern=r"^(threads|processes|dask|(tcp|tls)://\S+)$",
        description="Where the payloads of a bulk load are prepared: threads, processes, dask (a Dask cluster on this "
        "machine), or the address of a Dask scheduler such as tcp://host:8786.",
    )
    files_per_commit: int = Field(
        25,
        ge=1,
        le=100,
        description="Number of payloads of a bulk load, or of windows of a collection, that are committed together.",
    )

    watches: Path | None = Field(None, description="TOML file of the watches. The default is watches.toml in the lake.")
    feeds: Path | None = Field(
        None, description="Folder for the Atom feeds of changed watches. The default is feeds in the lake."
    )
    notify: str = Field(
        "",
        pattern=r"^([\w-]+/[\w-]+( [\w-]+/[\w-]+)*)?$",
        description="Prefect notification blocks for changes of watches, as type/name separated by spaces, "
        "e.g. custom-webhook/lab sendgrid-email/team.",
    )
    operator_blocks: str = Field(
        "",
        pattern=r"^([^/\s]+/[^/\s]+( |$))*$",
        description="Prefect notification blocks that are notified of failed, crashed and late runs, as type/name "
        "separated by spaces, e.g. slack-webhook/lab email/operator.",
    )
    least_free_bytes: int = Field(
        10 << 30,
        ge=0,
        description="Free space in bytes on the disk of the lake below which `hoofbeats doctor` reports a fault.",
    )

    email: str | None = Field(
        None,
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="Contact e-mail address sent with every request to NCBI and Europe PMC. The source pubmed_api "
        "requires it.",
    )
    ncbi_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("ncbi_api_key", "hoofbeats_ncbi_api_key"),
        description="API key of NCBI, which allows ten requests per second instead of three. The variable is "
        "NCBI_API_KEY.",
    )
    pubmed_api_url: str = Field(
        "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/", description="Base URL of NCBI's E-utilities."
    )
    pubmed_files_url: str = Field(
        "https://ftp.ncbi.nlm.nih.gov/pubmed/", description="Base URL of PubMed's baseline and update files."
    )
    europepmc_url: str = Field(
        "https://www.ebi.ac.uk/europepmc/webservices/rest/", description="Base URL of Europe PMC's REST service."
    )
    vocabulary_addresses: str = Field(
        "https://nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh/desc{year}.gz"
        " https://nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh/supp{year}.gz"
        " https://purl.obolibrary.org/obo/mondo.obo https://purl.obolibrary.org/obo/hp.obo"
        " https://purl.obolibrary.org/obo/doid.obo https://purl.obolibrary.org/obo/uberon.obo",
        pattern=r"^https?://\S+( +https?://\S+)*$",
        description="URLs of the vocabulary files that `vocabulary refresh` fetches, separated by spaces. {year} "
        "stands for this year, or last year if there is no such file yet.",
    )
    vocabulary_files: str = Field(
        "",
        description="Paths of custom lists that `vocabulary refresh` loads as well, separated by spaces.",
    )
    europepmc_sources: str = Field(
        "PPR PMC AGR",
        pattern=r"^[A-Z]{3}( [A-Z]{3})*$",
        description="Databases within Europe PMC that are collected if no query is given. MED is left out because its "
        "records come from PubMed itself.",
    )
    pages: str | None = Field(
        None, description="Web pages to collect: a file with one URL per line, or the URL of an RSS or Atom feed."
    )

    requests_per_second: float | None = Field(
        None, gt=0, description="Request rate to every host. The default is the rate each source allows."
    )
    page_delay_s: float = Field(3.0, gt=0, description="Seconds between two requests for web pages of one host.")
    page_timeout_s: float = Field(20.0, gt=0, description="Time limit in seconds for the extraction of one web page.")
    connect_timeout_s: float = Field(15.0, gt=0, description="Time limit in seconds for connecting to a host.")
    read_timeout_s: float = Field(60.0, gt=0, description="Time limit in seconds for the next bytes of a response.")
    request_timeout_s: float = Field(
        300.0, gt=0, description="Time limit in seconds for one response from its first to its last byte."
    )
    download_timeout_s: float = Field(
        3600.0,
        gt=0,
        description="Time limit in seconds for one attempt at a file download. The next attempt resumes it.",
    )
    attempts: int = Field(6, ge=1, description="Number of attempts at one request.")
    first_wait_s: float = Field(
        1.0, ge=0, description="Seconds before the second attempt at a request. The wait doubles with each further one."
    )
    longest_wait_s: float = Field(
        300.0,
        gt=0,
        description="Longest wait in seconds between two attempts. If a service asks for more, the request fails.",
    )
    largest_answer_bytes: int = Field(
        256 << 20, gt=0, description="Largest accepted response in bytes, after decompression."
    )
    largest_file_bytes: int = Field(2 << 30, gt=0, description="Largest accepted file download in bytes.")
    allow_private_addresses: bool = Field(
        default=False,
        description="Allow connections to private and loopback addresses. An address spelled out in one of the URL "
        "settings, such as http://127.0.0.1:8000/, is always allowed.",
    )
    largest_vanished_share: float = Field(
        0.02,
        ge=0,
        le=1,
        description="Largest share of the PubMed records that a new yearly baseline may lack. Up to this share they "
        "are deleted; with more, the window fails.",
    )
    settled_after_days: int = Field(
        3,
        ge=0,
        description="Days after its end until a window counts as settled. A window collected earlier is collected "
        "again by the next run.",
    )

    @property
    def watch_file(self) -> Path:
        """The TOML file of the watches: the setting, or watches.toml in the lake."""
        return self.watches or self.lake / "watches.toml"

    @property
    def feed_folder(self) -> Path:
        """The folder of the feeds: the setting, or feeds in the lake."""
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
        """Order the sources by precedence: arguments, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def as_environment(self) -> dict[str, str]:
        """Return environment variables that give another process these settings.

        Paths are made absolute, so that they hold in any working folder.
        """
        values = self.model_dump(exclude_defaults=True)
        values["lake"] = self.lake.expanduser().resolve()
        if self.pages and Path(self.pages).exists():
            values["pages"] = Path(self.pages).resolve()
        values |= {name: value.get_secret_value() for name, value in values.items() if isinstance(value, SecretStr)}
        return {f"HOOFBEATS_{name.upper()}": str(value) for name, value in values.items()}
